using System.Security.Cryptography;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.State;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Policy;
using Xunit;
using TrafficDirection = Ciliate.Datapath.TrafficDirection;

namespace Ciliate.Agent.Tests.State;

/// <summary>The power is lost after each call that changes a file, in every way in which what was not synced may or may not have arrived: a store that is
/// opened then reads exactly the state before the change or after it, and after it once the change was confirmed.</summary>
public sealed class PowerLossTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ciliate-power-").FullName;
    private readonly Dictionary<string, string> _read = [];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Whenever_it_is_lost_the_state_is_the_old_or_the_new()
    {
        (List<FileCall> calls, List<int> ends, string root) = Record();

        int outcomes = Replay(calls, ends, root);

        Assert.True(outcomes > 500, $"{outcomes} outcomes");
    }

    [Theory]
    [InlineData("fsync")]
    [InlineData("fsync", "endpoints")]
    [InlineData("fsync", "policies")]
    [InlineData("fsync", "identities.journal")]
    [InlineData("fsync", "objects")]
    public void Without_a_sync_it_is_seen(string call, string of = "")
    {
        (List<FileCall> calls, List<int> ends, string root) = Record();
        (calls, ends) = Without(calls, ends, one => one.Call == call && one.Path.EndsWith(of, StringComparison.Ordinal));

        Assert.ThrowsAny<Exception>(() => Replay(calls, ends, root));
    }

    /// <summary>Changes of every kind by an agent, and where in the calls each was confirmed.</summary>
    private static (List<FileCall> Calls, List<int> Ends, string Root) Record()
    {
        string? root = null;
        using var recorder = new FileRecorder(Path.GetTempPath());
        using var agent = new TestAgent();
        root = agent.Root;
        var ends = new List<int> { recorder.Calls.Count };
        foreach (Action change in Changes(agent))
        {
            change();
            ends.Add(recorder.Calls.Count);
        }

        return (recorder.Calls, ends, root);
    }

    private static IEnumerable<Action> Changes(TestAgent agent)
    {
        Endpoint web = null!;
        yield return () => agent.Apply(TestPolicies.Allow("db", to: "db", from: "web", port: 80));
        yield return () => web = agent.Add("web", "app=web");
        yield return () => agent.Add("db", "app=db");
        yield return () => web = agent.Services.Endpoints.Relabel(web, LabelSet.Parse("app=front"));
        yield return () => agent.Apply(
            TestPolicies.Allow("db", to: "db", from: "front", port: 81), TestPolicies.Allow("web", to: "front", from: "db", port: 82));
        yield return () => agent.Apply(
            TestPolicies.Allow("db", to: "db", from: "front", port: 83), TestPolicies.Allow("web", to: "front", from: "db", port: 84));
        // The second time most of the journal does not count any more.
        foreach (string net in new[] { "10.1", "10.2", "10.3" })
            yield return () => agent.Apply(Prefixes(net));
        yield return () => agent.Services.Hooks.Add(web, TrafficDirection.Egress, UserObjectFile.Request("nothing"));
        yield return () => agent.Services.Hooks.Remove(web = agent.Services.Endpoints.Endpoints.Find(web.Id)!, TrafficDirection.Egress);
        yield return () => agent.Services.Policies.Delete(new PolicyKey(null, "db"));
        yield return () => agent.Services.Endpoints.Delete(web);
    }

    private static string Prefixes(string net) => $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: prefixes}
        spec:
          endpointSelector: {}
          egress: [{toCIDR: [{{string.Join(", ", Enumerable.Range(0, 700).Select(i => $"{net}.{i / 256}.{i % 256}/32"))}}]}]
        """;

    private int Replay(List<FileCall> calls, List<int> ends, string root)
    {
        string[] states = [.. StatesAt(calls, ends, root)];
        var disk = new LostPower(Path.GetDirectoryName(root)!);
        int change = 0, outcomes = 0;
        for (int done = 0; done <= calls.Count; done++)
        {
            while (change < ends.Count && ends[change] < done)
                change++;
            bool confirmed = done == ends[Math.Min(change, ends.Count - 1)];
            string after = states[Math.Min(change, states.Length - 1)], before = change == 0 || confirmed ? after : states[change - 1];
            foreach (IReadOnlyDictionary<string, byte[]> files in disk.Outcomes())
            {
                string state = Read(files, root);
                if (change > 0 || confirmed)
                    AssertOneOf(before, after, state, $"after {done} calls, the last {(done > 0 ? calls[done - 1] : null)}");
                outcomes++;
            }

            if (done < calls.Count)
                disk.Do(calls[done]);
        }

        return outcomes;
    }

    /// <summary>Each part is old or new: what stands in the identities' file and nobody has yet means nothing.</summary>
    private static void AssertOneOf(string before, string after, string state, string when)
    {
        foreach (var (old, now, part) in before.Split('\n').Zip(after.Split('\n'), state.Split('\n')))
            Assert.True(part == old || part == now, $"{when}:\nold {old}\nnew {now}\nis  {part}");
    }

    private IEnumerable<string> StatesAt(List<FileCall> calls, List<int> ends, string root)
    {
        var disk = new LostPower(Path.GetDirectoryName(root)!);
        int done = 0;
        foreach (int end in ends)
        {
            for (; done < end; done++)
                disk.Do(calls[done]);
            yield return Read(disk.Outcomes().First(), root);
        }
    }

    private string Read(IReadOnlyDictionary<string, byte[]> files, string root)
    {
        string key = string.Join('|', files.OrderBy(file => file.Key, StringComparer.Ordinal)
            .Select(file => file.Key + Convert.ToHexString(SHA256.HashData(file.Value))));
        if (_read.TryGetValue(key, out string? known))
            return known;
        string place = DiskCopy.Make(files, Path.Combine(root, "state"), Path.Combine(_directory, "state"));
        return _read[key] = StateText.Of(new StateStore(place));
    }

    private static (List<FileCall>, List<int>) Without(List<FileCall> calls, List<int> ends, Predicate<FileCall> left) => (
        [.. calls.Where(call => !left(call))],
        [.. ends.Select(end => calls.Take(end).Count(call => !left(call)))]);
}
