"""One consumer of the official consumer library.

Prints a line for each log group that it processes, and for nothing else; "stop" on standard input shuts it down
as a user would.
"""

import json
import logging
import os
import sys

from aliyun.log.consumer import ConsumerProcessorBase, ConsumerWorker, CursorPosition, LogHubConfig

logging.basicConfig(stream=sys.stderr, level=os.environ.get("CONSUMER_LOG", "WARNING"))


class Printer(ConsumerProcessorBase):
    def __init__(self):
        super().__init__()
        self.shard = -1

    def initialize(self, shard):
        super().initialize(shard)
        self.shard = shard

    def process(self, log_groups, check_point_tracker):
        for group in log_groups.LogGroups:
            for log in group.Logs:
                fields = {content.Key: content.Value for content in log.Contents}
                print(json.dumps({"shard": self.shard, **fields}), flush=True)
        check_point_tracker.save_check_point(os.environ.get("CONSUMER_SAVES", "always") == "always")

    def shutdown(self, check_point_tracker):
        check_point_tracker.save_check_point(True)


name, in_order = sys.argv[1], sys.argv[2] == "ordered"
option = LogHubConfig(
    os.environ["SLS_ENDPOINT"],
    os.environ["SLS_ACCESS_KEY_ID"],
    os.environ["SLS_ACCESS_KEY_SECRET"],
    "shop",
    "events",
    "readers",
    name,
    cursor_position=CursorPosition.BEGIN_CURSOR,
    heartbeat_interval=2,
    data_fetch_interval=0.1,
    in_order=in_order,
    max_fetch_log_group_size=int(os.environ.get("CONSUMER_FETCH", "10")),
)
worker = ConsumerWorker(Printer, option)
worker.start()
for line in sys.stdin:
    if line.strip() == "stop":
        break
worker.shutdown()
worker.join()
