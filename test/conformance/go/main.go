package main
import _ "github.com/aliyun/aliyun-log-go-sdk"
import _ "github.com/aliyun/aliyun-log-go-sdk/consumer"
func main(){}
