"""Moves a consumer group to a point in time: which one says the stack's configuration."""

import pulumi
import pulumi_sls as sls

config = pulumi.Config()
group = {
    "project": config.require("project"),
    "logstore": config.require("logstore"),
    "consumer_group": config.require("consumerGroup"),
}

replay = sls.ConsumerGroupReplay(
    "replay",
    **group,
    from_=config.require("from"),
    reason=config.require("reason"),
)

pulumi.export("previousPositions", replay.previous_positions)
pulumi.export("totals", replay.totals)
pulumi.export("progress", sls.get_replay_progress_output(**group, shards=replay.shards).text)
