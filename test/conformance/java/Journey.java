import com.alibaba.fastjson.JSON;
import com.aliyun.openservices.log.Client;
import com.aliyun.openservices.log.common.Consts;
import com.aliyun.openservices.log.common.ConsumerGroup;
import com.aliyun.openservices.log.common.ConsumerGroupShardCheckPoint;
import com.aliyun.openservices.log.common.LogGroupData;
import com.aliyun.openservices.log.common.LogItem;
import com.aliyun.openservices.log.common.LogStore;
import com.aliyun.openservices.log.common.Shard;
import com.aliyun.openservices.log.exception.LogException;
import com.aliyun.openservices.log.request.PutLogsRequest;
import com.aliyun.openservices.log.request.UpdateProjectRequest;
import com.aliyun.openservices.log.response.BatchGetLogResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The journey of the Java client: prints what it saw as one JSON object. */
public class Journey {
  static final String PROJECT = "journey", LOGSTORE = "events", GROUP = "readers";

  interface Call {
    void run() throws LogException;
  }

  static Client clientWith(String id, String secret) {
    return new Client(System.getenv("SLS_ENDPOINT"), id, secret);
  }

  static String codeOf(Call call) {
    try {
      call.run();
      return "no error";
    } catch (LogException error) {
      return error.GetErrorCode();
    }
  }

  static List<List<Object>> shardsOf(List<Shard> shards) {
    List<List<Object>> list = new ArrayList<>();
    for (Shard shard : shards) list.add(List.of(shard.GetShardId(), shard.getStatus().toLowerCase()));
    return list;
  }

  static void put(Client client, String number, Consts.CompressType compression) throws LogException {
    LogItem item = new LogItem((int) (System.currentTimeMillis() / 1000));
    item.PushBack("number", number);
    PutLogsRequest request =
        new PutLogsRequest(PROJECT, LOGSTORE, "topic", "source", Collections.singletonList(item));
    request.SetCompressType(compression);
    client.PutLogs(request);
  }

  /** Every shard is pulled twice: to its end at once, and group by group. */
  static List<String> pullAll(Client client) throws LogException {
    List<String> pulled = new ArrayList<>();
    for (int shard = 0; shard < 2; shard++) {
      String begin = client.GetCursor(PROJECT, LOGSTORE, shard, Consts.CursorMode.BEGIN).GetCursor();
      String end = client.GetCursor(PROJECT, LOGSTORE, shard, Consts.CursorMode.END).GetCursor();
      for (int count : new int[] {10, 1}) {
        String cursor = begin;
        while (!cursor.equals(end)) {
          BatchGetLogResponse response = client.BatchGetLog(PROJECT, LOGSTORE, shard, count, cursor);
          for (LogGroupData group : response.GetLogGroups()) {
            pulled.add(group.GetFastLogGroup().getLogs(0).getContents(0).getValue());
          }
          cursor = response.GetNextCursor();
        }
      }
      BatchGetLogResponse empty = client.BatchGetLog(PROJECT, LOGSTORE, shard, 10, end);
      if (empty.GetCount() != 0 || !empty.GetNextCursor().equals(end)) throw new AssertionError("no end");
      long received = client.GetCursorTime(PROJECT, LOGSTORE, shard, begin).GetCursorTime();
      if (Math.abs(received - System.currentTimeMillis() / 1000) > 60) throw new AssertionError("not now");
    }
    return pulled;
  }

  public static void main(String[] arguments) throws LogException {
    String id = System.getenv("SLS_ACCESS_KEY_ID"), secret = System.getenv("SLS_ACCESS_KEY_SECRET");
    Client client = clientWith(id, secret);
    Map<String, Object> saw = new TreeMap<>();

    client.CreateProject(PROJECT, "a journey");
    client.updateProject(new UpdateProjectRequest(PROJECT, "a longer journey"));
    saw.put("project", client.GetProject(PROJECT).GetProjectDescription());
    client.CreateLogStore(PROJECT, new LogStore(LOGSTORE, 7, 2));
    client.UpdateLogStore(PROJECT, new LogStore(LOGSTORE, 14, 2));
    LogStore store = client.GetLogStore(PROJECT, LOGSTORE).GetLogStore();
    saw.put("logstore", List.of(store.GetTtl(), store.GetShardCount()));
    saw.put("logstores", client.ListLogStores(PROJECT, 0, 10, "").GetLogStores());
    client.CreateConsumerGroup(PROJECT, LOGSTORE, new ConsumerGroup(GROUP, 60, false));
    client.UpdateConsumerGroup(PROJECT, LOGSTORE, GROUP, true, 90);
    List<Object> groups = new ArrayList<>();
    for (ConsumerGroup group : client.ListConsumerGroup(PROJECT, LOGSTORE).GetConsumerGroups()) {
      groups.add(List.of(group.getConsumerGroupName(), group.getTimeout(), group.isInOrder()));
    }
    saw.put("consumerGroups", groups);
    saw.put("shards", shardsOf(client.ListShard(PROJECT, LOGSTORE).GetShards()));

    put(client, "one", Consts.CompressType.LZ4);
    put(client, "two", Consts.CompressType.NONE);
    put(client, "three", Consts.CompressType.GZIP);
    put(client, "four", Consts.CompressType.LZ4);
    List<String> pulled = pullAll(client);
    saw.put("pulled", new ArrayList<>(new TreeSet<>(pulled)));
    saw.put("pulledInAll", pulled.size());

    String begin = client.GetCursor(PROJECT, LOGSTORE, 0, Consts.CursorMode.BEGIN).GetCursor();
    client.UpdateCheckPoint(PROJECT, LOGSTORE, GROUP, 0, begin);
    List<Object> points = new ArrayList<>();
    for (ConsumerGroupShardCheckPoint point : client.GetCheckPoint(PROJECT, LOGSTORE, GROUP).getCheckPoints()) {
      String position = point.getCheckPoint().equals(begin) ? "begin" : point.getCheckPoint();
      points.add(List.of(point.getShard(), position, point.getConsumer()));
    }
    saw.put("checkpoints", points);
    saw.put("held", client.HeartBeat(PROJECT, LOGSTORE, GROUP, "traveller", new ArrayList<>()).getShards());
    client.UpdateCheckPoint(PROJECT, LOGSTORE, GROUP, "traveller", 0, begin);

    String key = "c0000000000000000000000000000000";
    saw.put("split", shardsOf(client.SplitShard(PROJECT, LOGSTORE, 1, key).GetShards()));
    saw.put("merged", shardsOf(client.MergeShards(PROJECT, LOGSTORE, 2).GetShards()));

    String end = client.GetCursor(PROJECT, LOGSTORE, 0, Consts.CursorMode.END).GetCursor();
    Map<String, String> errors = new TreeMap<>();
    errors.put("missing logstore", codeOf(() -> client.GetLogStore(PROJECT, "nothing")));
    errors.put(
        "bad checkpoint", codeOf(() -> client.UpdateCheckPoint(PROJECT, LOGSTORE, GROUP, 0, "check_point_1")));
    errors.put(
        "not the owner", codeOf(() -> client.UpdateCheckPoint(PROJECT, LOGSTORE, GROUP, "other", 0, begin)));
    errors.put("end cursor", codeOf(() -> client.GetCursorTime(PROJECT, LOGSTORE, 0, end)));
    errors.put("wrong secret", codeOf(() -> clientWith(id, "wrong").GetProject(PROJECT)));
    errors.put("unknown key", codeOf(() -> clientWith("nobody", secret).GetProject(PROJECT)));
    saw.put("errors", errors);

    client.DeleteConsumerGroup(PROJECT, LOGSTORE, GROUP);
    client.DeleteLogStore(PROJECT, LOGSTORE);
    client.DeleteProject(PROJECT);
    saw.put("gone", codeOf(() -> client.GetProject(PROJECT)));
    System.out.println(JSON.toJSONString(saw));
    System.exit(0);
  }
}
