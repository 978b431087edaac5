// Moves a consumer group to a point in time: which one says the stack's configuration.
package main

import (
	"example.com/pulumi-sls/sdk/go/sls"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		project := pulumi.String(settings.Require("project"))
		logstore := pulumi.String(settings.Require("logstore"))
		group := pulumi.String(settings.Require("consumerGroup"))

		replay, err := sls.NewConsumerGroupReplay(ctx, "replay", &sls.ConsumerGroupReplayArgs{
			Project:       project,
			Logstore:      logstore,
			ConsumerGroup: group,
			From:          pulumi.String(settings.Require("from")),
		})
		if err != nil {
			return err
		}
		progress := sls.GetReplayProgressOutput(ctx, sls.GetReplayProgressOutputArgs{
			Project:       project,
			Logstore:      logstore,
			ConsumerGroup: group,
			Shards:        replay.Shards,
		})
		ctx.Export("previousPositions", replay.PreviousPositions)
		ctx.Export("totals", replay.Totals)
		ctx.Export("progress", progress.Text())
		return nil
	})
}
