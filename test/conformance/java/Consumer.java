import com.alibaba.fastjson.JSON;
import com.aliyun.openservices.log.common.FastLog;
import com.aliyun.openservices.log.common.LogGroupData;
import com.aliyun.openservices.loghub.client.ClientWorker;
import com.aliyun.openservices.loghub.client.ILogHubCheckPointTracker;
import com.aliyun.openservices.loghub.client.config.LogHubConfig;
import com.aliyun.openservices.loghub.client.exceptions.LogHubCheckPointException;
import com.aliyun.openservices.loghub.client.interfaces.ILogHubProcessor;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One consumer of the official consumer library. It prints a line for each log that it processes; "stop" on
 * standard input shuts it down as a user would.
 */
public class Consumer {
  static class Printer implements ILogHubProcessor {
    private int shard;

    @Override
    public void initialize(int shardId) {
      shard = shardId;
    }

    @Override
    public String process(List<LogGroupData> groups, ILogHubCheckPointTracker tracker) {
      for (LogGroupData group : groups) {
        for (FastLog log : group.GetFastLogGroup().getLogs()) {
          Map<String, Object> line = new TreeMap<>();
          line.put("shard", shard);
          line.put(log.getContents(0).getKey(), log.getContents(0).getValue());
          System.out.println(JSON.toJSONString(line));
        }
      }
      save(tracker);
      return null;
    }

    @Override
    public void shutdown(ILogHubCheckPointTracker tracker) {
      save(tracker);
    }

    private static void save(ILogHubCheckPointTracker tracker) {
      try {
        tracker.saveCheckPoint(true);
      } catch (LogHubCheckPointException error) {
        System.err.println(error);
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    LogHubConfig config =
        new LogHubConfig(
            "readers",
            arguments[0],
            System.getenv("SLS_ENDPOINT"),
            "shop",
            "events",
            System.getenv("SLS_ACCESS_KEY_ID"),
            System.getenv("SLS_ACCESS_KEY_SECRET"),
            LogHubConfig.ConsumePosition.BEGIN_CURSOR);
    config.setConsumeInOrder(arguments[1].equals("ordered"));
    config.setHeartBeatIntervalMillis(1000);
    config.setTimeoutInSeconds(6);
    config.setFetchIntervalMillis(100);
    config.setMaxFetchLogGroupSize(10);
    ClientWorker worker = new ClientWorker(Printer::new, config);
    new Thread(worker).start();
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    for (String line = input.readLine(); line != null && !line.equals("stop"); line = input.readLine()) {}
    worker.shutdown();
    System.exit(0);
  }
}
