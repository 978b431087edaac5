// One consumer of the official consumer library. It prints a line for each log that it processes; "stop" on
// standard input shuts it down as a user would.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"

	sls "github.com/aliyun/aliyun-log-go-sdk"
	consumer "github.com/aliyun/aliyun-log-go-sdk/consumer"
	"github.com/go-kit/kit/log"
)

func main() {
	option := consumer.LogHubConfig{
		Endpoint:                  os.Getenv("SLS_ENDPOINT"),
		AccessKeyID:               os.Getenv("SLS_ACCESS_KEY_ID"),
		AccessKeySecret:           os.Getenv("SLS_ACCESS_KEY_SECRET"),
		Project:                   "shop",
		Logstore:                  "events",
		ConsumerGroupName:         "readers",
		ConsumerName:              os.Args[1],
		InOrder:                   os.Args[2] == "ordered",
		CursorPosition:            consumer.BEGIN_CURSOR,
		HeartbeatIntervalInSecond: 1,
		HeartbeatTimeoutInSecond:  6,
		DataFetchIntervalInMs:     100,
		MaxFetchLogGroupCount:     10,
		AutoCommitDisabled:        true,
		Logger:                    log.NewNopLogger(),
	}
	var printing sync.Mutex
	process := func(shard int, groups *sls.LogGroupList, tracker consumer.CheckPointTracker) (string, error) {
		for _, group := range groups.LogGroups {
			for _, entry := range group.Logs {
				line, err := json.Marshal(map[string]any{
					"shard":                    shard,
					entry.Contents[0].GetKey(): entry.Contents[0].GetValue(),
				})
				if err != nil {
					return "", err
				}
				printing.Lock()
				fmt.Println(string(line))
				printing.Unlock()
			}
		}
		return "", tracker.SaveCheckPoint(true)
	}
	worker := consumer.InitConsumerWorkerWithCheckpointTracker(option, process)
	worker.Start()
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		if strings.TrimSpace(input.Text()) == "stop" {
			break
		}
	}
	worker.StopAndWait()
}
