// The journey of the Go client: prints what it saw as one JSON object.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"sort"
	"time"

	sls "github.com/aliyun/aliyun-log-go-sdk"
)

const (
	project  = "journey"
	logstore = "events"
	group    = "readers"
)

func clientWith(id, secret string) sls.ClientInterface {
	client := sls.CreateNormalInterface(os.Getenv("SLS_ENDPOINT"), id, secret, "")
	if os.Getenv("SLS_SIGNATURE") == "v4" {
		client.SetAuthVersion(sls.AuthV4)
		client.SetRegion("cn-hangzhou")
	}
	return client
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func codeOf(err error) string {
	var known *sls.Error
	if errors.As(err, &known) {
		return known.Code
	}
	return fmt.Sprint(err)
}

func shardsOf(shards []*sls.Shard) [][]any {
	list := [][]any{}
	for _, shard := range shards {
		list = append(list, []any{shard.ShardID, shard.Status})
	}
	return list
}

func text(value string) *string { return &value }

func put(client sls.ClientInterface, number string, compression int) {
	seconds := uint32(time.Now().Unix())
	client.SetUserAgent("journey")
	check(client.PutLogsWithCompressType(project, logstore, &sls.LogGroup{
		Topic:  text("topic"),
		Source: text("source"),
		Logs: []*sls.Log{{
			Time:     &seconds,
			Contents: []*sls.LogContent{{Key: text("number"), Value: &number}},
		}},
	}, compression))
}

// Every shard is pulled twice: to its end at once, and group by group.
func pullAll(client sls.ClientInterface) []string {
	pulled := []string{}
	for shard := 0; shard < 2; shard++ {
		begin := must(client.GetCursor(project, logstore, shard, "begin"))
		end := must(client.GetCursor(project, logstore, shard, "end"))
		for _, count := range []int{10, 1} {
			for cursor := begin; cursor != end; {
				groups, next, err := client.PullLogs(project, logstore, shard, cursor, "", count)
				check(err)
				for _, group := range groups.LogGroups {
					pulled = append(pulled, group.Logs[0].Contents[0].GetValue())
				}
				cursor = next
			}
		}
		empty, next, err := client.PullLogs(project, logstore, shard, end, "", 10)
		check(err)
		if len(empty.LogGroups) != 0 || next != end {
			panic("the end is not the end")
		}
		received := must(client.GetCursorTime(project, logstore, shard, begin))
		if math.Abs(time.Since(received).Seconds()) > 60 {
			panic("not received now")
		}
	}
	return pulled
}

func main() {
	id, secret := os.Getenv("SLS_ACCESS_KEY_ID"), os.Getenv("SLS_ACCESS_KEY_SECRET")
	client := clientWith(id, secret)
	saw := map[string]any{}

	must(client.CreateProject(project, "a journey"))
	must(client.UpdateProject(project, "a longer journey"))
	saw["project"] = must(client.GetProject(project)).Description
	check(client.CreateLogStore(project, logstore, 7, 2, false, 0))
	check(client.UpdateLogStore(project, logstore, 14, 2))
	store := must(client.GetLogStore(project, logstore))
	saw["logstore"] = []int{store.TTL, store.ShardCount}
	saw["logstores"] = must(client.ListLogStore(project))
	check(client.CreateConsumerGroup(project, logstore, sls.ConsumerGroup{ConsumerGroupName: group, Timeout: 60}))
	changed := sls.ConsumerGroup{ConsumerGroupName: group, Timeout: 90, InOrder: true}
	check(client.UpdateConsumerGroup(project, logstore, changed))
	groups := [][]any{}
	for _, known := range must(client.ListConsumerGroup(project, logstore)) {
		groups = append(groups, []any{known.ConsumerGroupName, known.Timeout, known.InOrder})
	}
	saw["consumerGroups"] = groups
	saw["shards"] = shardsOf(must(client.ListShards(project, logstore)))

	put(client, "one", sls.Compress_LZ4)
	put(client, "two", sls.Compress_None)
	put(client, "three", sls.Compress_ZSTD)
	put(client, "four", sls.Compress_LZ4)
	pulled := pullAll(client)
	unique := map[string]bool{}
	for _, number := range pulled {
		unique[number] = true
	}
	numbers := []string{}
	for number := range unique {
		numbers = append(numbers, number)
	}
	sort.Strings(numbers)
	saw["pulled"], saw["pulledInAll"] = numbers, len(pulled)

	begin := must(client.GetCursor(project, logstore, 0, "begin"))
	check(client.UpdateCheckpoint(project, logstore, group, "", 0, begin, true))
	points := [][]any{}
	for _, point := range must(client.GetCheckpoint(project, logstore, group)) {
		position := point.CheckPoint
		if position == begin {
			position = "begin"
		}
		points = append(points, []any{point.ShardID, position, point.Consumer})
	}
	saw["checkpoints"] = points
	saw["held"] = must(client.HeartBeat(project, logstore, group, "traveller", []int{}))
	check(client.UpdateCheckpoint(project, logstore, group, "traveller", 0, begin, false))

	saw["split"] = shardsOf(must(client.SplitShard(project, logstore, 1, "c0000000000000000000000000000000")))
	saw["merged"] = shardsOf(must(client.MergeShards(project, logstore, 2)))

	_, missing := client.GetLogStore(project, "nothing")
	bad := client.UpdateCheckpoint(project, logstore, group, "", 0, "check_point_1", true)
	other := client.UpdateCheckpoint(project, logstore, group, "other", 0, begin, false)
	end := must(client.GetCursor(project, logstore, 0, "end"))
	_, atEnd := client.GetCursorTime(project, logstore, 0, end)
	_, wrong := clientWith(id, "wrong").GetProject(project)
	_, unknown := clientWith("nobody", secret).GetProject(project)
	saw["errors"] = map[string]string{
		"missing logstore": codeOf(missing),
		"bad checkpoint":   codeOf(bad),
		"not the owner":    codeOf(other),
		"end cursor":       codeOf(atEnd),
		"wrong secret":     codeOf(wrong),
		"unknown key":      codeOf(unknown),
	}

	check(client.DeleteConsumerGroup(project, logstore, group))
	check(client.DeleteLogStore(project, logstore))
	check(client.DeleteProject(project))
	_, gone := client.GetProject(project)
	saw["gone"] = codeOf(gone)
	fmt.Println(string(must(json.Marshal(saw))))
}
