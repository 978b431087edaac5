"""The journey of the Python client: prints what it saw as one JSON object."""

import json
import os
import time

from aliyun.log import LogClient, LogException, LogItem, PutLogsRequest

PROJECT, LOGSTORE, GROUP = "journey", "events", "readers"
endpoint = os.environ["SLS_ENDPOINT"]
version = os.environ["SLS_SIGNATURE"]


def client_with(key_id, secret):
    if version == "v4":
        return LogClient(endpoint, key_id, secret, auth_version="v4", region="cn-hangzhou")
    return LogClient(endpoint, key_id, secret)


def code_of(call):
    try:
        call()
        return "no error"
    except LogException as error:
        return error.get_error_code()


def shards_of(response):
    return [[shard["shardID"], shard["status"]] for shard in response.get_shards_info()]


key_id, secret = os.environ["SLS_ACCESS_KEY_ID"], os.environ["SLS_ACCESS_KEY_SECRET"]
client = client_with(key_id, secret)
saw = {}

client.create_project(PROJECT, "a journey")
client.update_project(PROJECT, "a longer journey")
saw["project"] = client.get_project(PROJECT).get_description()
client.create_logstore(PROJECT, LOGSTORE, ttl=7, shard_count=2)
client.update_logstore(PROJECT, LOGSTORE, ttl=14, shard_count=2)
logstore = client.get_logstore(PROJECT, LOGSTORE)
saw["logstore"] = [logstore.get_ttl(), logstore.get_shard_count()]
saw["logstores"] = client.list_logstore(PROJECT).get_logstores()
client.create_consumer_group(PROJECT, LOGSTORE, GROUP, 60, False)
client.update_consumer_group(PROJECT, LOGSTORE, GROUP, timeout=90, in_order=True)
groups = client.list_consumer_group(PROJECT, LOGSTORE).get_consumer_groups()
saw["consumerGroups"] = [[g.get_consumer_group_name(), g.get_timeout(), g.is_in_order()] for g in groups]
saw["shards"] = shards_of(client.list_shards(PROJECT, LOGSTORE))

for index, (number, compress) in enumerate([("one", "lz4"), ("two", None), ("three", "lz4"), ("four", None)]):
    item = LogItem(timestamp=int(time.time()), contents=[("number", number)])
    key = "00000000000000000000000000000000" if index == 0 else None
    client.put_logs(
        PutLogsRequest(
            PROJECT, LOGSTORE, "topic", "source", [item], compress=compress is not None, hashKey=key
        )
    )

pulled = []
for shard in (0, 1):
    begin = client.get_cursor(PROJECT, LOGSTORE, shard, "begin").get_cursor()
    end = client.get_cursor(PROJECT, LOGSTORE, shard, "end").get_cursor()
    for compress in (True, False):
        response = client.pull_logs(PROJECT, LOGSTORE, shard, begin, count=10, compress=compress)
        pulled += [log["number"] for log in response.get_flatten_logs_json()]
        assert response.get_next_cursor() == end, (response.get_next_cursor(), end)
    assert client.pull_logs(PROJECT, LOGSTORE, shard, end).get_loggroup_count() == 0
    assert abs(client.get_cursor_time(PROJECT, LOGSTORE, shard, begin).get_cursor_time() - time.time()) < 60
    assert abs(client.get_previous_cursor_time(PROJECT, LOGSTORE, shard, end).get_cursor_time() - time.time()) < 60
saw["pulled"] = sorted(set(pulled))
saw["pulledInAll"] = len(pulled)

begin = client.get_cursor(PROJECT, LOGSTORE, 0, "begin").get_cursor()
client.update_check_point(PROJECT, LOGSTORE, GROUP, 0, begin)
points = client.get_check_point(PROJECT, LOGSTORE, GROUP).get_consumer_group_check_points()
saw["checkpoints"] = [
    [p["shard"], "begin" if p["checkpoint"] == begin else p["checkpoint"], p["consumer"]] for p in points
]
saw["held"] = client.heart_beat(PROJECT, LOGSTORE, GROUP, "traveller", []).get_shards()
client.update_check_point(PROJECT, LOGSTORE, GROUP, 0, begin, consumer="traveller", force_success=False)

saw["split"] = shards_of(client.split_shard(PROJECT, LOGSTORE, 1, "c0000000000000000000000000000000"))
saw["merged"] = shards_of(client.merge_shard(PROJECT, LOGSTORE, 2))
client.delete_shard(PROJECT, LOGSTORE, 1)
saw["left"] = shards_of(client.list_shards(PROJECT, LOGSTORE))

saw["errors"] = {
    "missing logstore": code_of(lambda: client.get_logstore(PROJECT, "nothing")),
    "bad checkpoint": code_of(lambda: client.update_check_point(PROJECT, LOGSTORE, GROUP, 0, "check_point_1")),
    "not the owner": code_of(
        lambda: client.update_check_point(PROJECT, LOGSTORE, GROUP, 0, begin, consumer="other", force_success=False)
    ),
    "end cursor": code_of(
        lambda: client.get_cursor_time(
            PROJECT, LOGSTORE, 0, client.get_cursor(PROJECT, LOGSTORE, 0, "end").get_cursor()
        )
    ),
    "wrong secret": code_of(lambda: client_with(key_id, "wrong").get_project(PROJECT)),
    "unknown key": code_of(lambda: client_with("nobody", secret).get_project(PROJECT)),
}

client.delete_consumer_group(PROJECT, LOGSTORE, GROUP)
client.delete_logstore(PROJECT, LOGSTORE)
client.delete_project(PROJECT)
saw["gone"] = code_of(lambda: client.get_project(PROJECT))
print(json.dumps(saw))
