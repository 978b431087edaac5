// Reads the hours that the stack replays, in the side group, until it is told to end.
//
// The worker reads no further than its end time and stays up. What counts as done is the stack's output "done": end this
// program then. Start more of it, under other names, to read faster.
//
//	CONSUMERS="$(pulumi stack output consumers)" go run . worker-1
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"

	sls "github.com/aliyun/aliyun-log-go-sdk"
	consumer "github.com/aliyun/aliyun-log-go-sdk/consumer"
	"github.com/go-kit/kit/log"
	"github.com/go-kit/kit/log/level"
)

type consumers struct {
	Project       string `json:"project"`
	Logstore      string `json:"logstore"`
	ConsumerGroup string `json:"consumerGroup"`
	Until         int64  `json:"until"`
}

func main() {
	var settings consumers
	if err := json.Unmarshal([]byte(os.Getenv("CONSUMERS")), &settings); err != nil {
		fmt.Fprintln(os.Stderr, "CONSUMERS is not what the stack outputs:", err)
		os.Exit(1)
	}
	worker := consumer.InitConsumerWorkerWithCheckpointTracker(consumer.LogHubConfig{
		Endpoint:          os.Getenv("SLS_ENDPOINT"),
		AccessKeyID:       os.Getenv("SLS_ACCESS_KEY_ID"),
		AccessKeySecret:   os.Getenv("SLS_ACCESS_KEY_SECRET"),
		Project:           settings.Project,
		Logstore:          settings.Logstore,
		ConsumerGroupName: settings.ConsumerGroup,
		ConsumerName:      os.Args[1],
		// A shard that a split makes later has no checkpoint: it is read from its beginning.
		CursorPosition: consumer.BEGIN_CURSOR,
		CursorEndTime:  settings.Until,
		// The throttle, so that production keeps its share of the shards' read quota: at most 100 log groups in 0.5 s.
		MaxFetchLogGroupCount: numberFrom("FETCH", 100),
		DataFetchIntervalInMs: 500,
		// The service hands a silent worker's shards to others after three times this time, in seconds.
		HeartbeatIntervalInSecond: numberFrom("HEARTBEAT", 20),
		AutoCommitDisabled:        true,
		Logger:                    level.NewFilter(log.NewLogfmtLogger(os.Stderr), level.AllowWarn()),
	}, process)
	worker.Start()
	end := make(chan os.Signal, 1)
	signal.Notify(end, os.Interrupt, syscall.SIGTERM)
	<-end
	worker.StopAndWait()
}

func numberFrom(variable string, otherwise int) int {
	text, found := os.LookupEnv(variable)
	if !found {
		return otherwise
	}
	number, err := strconv.Atoi(text)
	if err != nil {
		fmt.Fprintln(os.Stderr, variable, "is no whole number:", text)
		os.Exit(1)
	}
	return number
}

var printing sync.Mutex

// Put your own work in place of the line that prints.
func process(shard int, groups *sls.LogGroupList, tracker consumer.CheckPointTracker) (string, error) {
	for _, group := range groups.LogGroups {
		for _, entry := range group.Logs {
			order := map[string]any{"shard": shard}
			for _, content := range entry.Contents {
				order[content.GetKey()] = content.GetValue()
			}
			line, err := json.Marshal(order)
			if err != nil {
				return "", err
			}
			printing.Lock()
			fmt.Println(string(line))
			printing.Unlock()
		}
	}
	// After the work, and for each page: a worker that is killed reads at most one page again.
	return "", tracker.SaveCheckPoint(true)
}
