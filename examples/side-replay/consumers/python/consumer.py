"""Reads the hours that the stack replays, in the side group, and ends when there seems to be nothing left.

Run it as often as it takes: what counts as done is the stack's output "done", not that this program ended. Its own end
takes an empty page for the end of a shard. Start more of it, under other names, to read faster.

    CONSUMERS="$(pulumi stack output consumers)" python consumer.py worker-1
"""

import json
import os
import signal
import sys

from aliyun.log.consumer import ConsumerProcessorBase, ConsumerWorker, CursorPosition, LogHubConfig

consumers = json.loads(os.environ["CONSUMERS"])


class Order(ConsumerProcessorBase):
    """Put your own work in place of the line that prints."""

    def process(self, log_groups, check_point_tracker):
        for group in log_groups.LogGroups:
            for log in group.Logs:
                order = {content.Key: content.Value for content in log.Contents}
                print(json.dumps({"shard": self.shard_id, **order}), flush=True)
        # After the work, and for each page: a worker that is killed reads at most one page again.
        check_point_tracker.save_check_point(True)

    def initialize(self, shard):
        self.shard_id = shard

    def shutdown(self, check_point_tracker):
        check_point_tracker.save_check_point(True)


option = LogHubConfig(
    os.environ["SLS_ENDPOINT"],
    os.environ["SLS_ACCESS_KEY_ID"],
    os.environ["SLS_ACCESS_KEY_SECRET"],
    consumers["project"],
    consumers["logstore"],
    consumers["consumerGroup"],
    sys.argv[1],
    # A shard that a split makes later has no checkpoint: it is read from its beginning.
    cursor_position=CursorPosition.BEGIN_CURSOR,
    cursor_end_time=consumers["until"],
    # The throttle, so that production keeps its share of the shards' read quota: at most 100 log groups in 0.5 s.
    max_fetch_log_group_size=int(os.environ.get("FETCH", "100")),
    data_fetch_interval=0.5,
    # The service hands a silent worker's shards to others after twice this time; three times it ends this program.
    heartbeat_interval=int(os.environ.get("HEARTBEAT", "20")),
)
worker = ConsumerWorker(Order, option)
signal.signal(signal.SIGTERM, lambda *_: worker.shutdown())
worker.start()
while worker.is_alive():
    worker.join(1)
