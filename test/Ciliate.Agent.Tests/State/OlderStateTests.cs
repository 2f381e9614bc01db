using System.Net;
using System.Text;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.State;
using Ciliate.Agent.Tests.Fakes;
using Xunit;

namespace Ciliate.Agent.Tests.State;

public sealed class OlderStateTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ciliate-older-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void An_agent_goes_on_with_the_endpoints_the_numbers_and_the_policies_that_an_older_one_left()
    {
        using var agent = new TestAgent();
        Directory.Delete(agent.Configuration.StateDirectory, recursive: true);
        OlderDirectory.Write(agent.Configuration.StateDirectory);

        for (int start = 0; start < 2; start++)
        {
            agent.Restart();

            AssertSame(agent);
        }

        Assert.Equal(310u, agent.Add("new", "app=new").Identity);
    }

    [Fact]
    public void Whenever_the_power_is_lost_meanwhile_the_next_start_has_it_all()
    {
        string state = Path.Combine(_directory, "state");
        OlderDirectory.Write(state);
        LostPower disk = DiskWith(state);
        List<FileCall> calls;
        using (var recorder = new FileRecorder(_directory))
        {
            StateText.Of(new StateStore(state));
            calls = recorder.Calls;
        }

        string expected = StateText.Of(new StateStore(state));
        Assert.Contains(calls, call => call.Call == "rename");
        for (int done = 0; done <= calls.Count; done++)
        {
            foreach (IReadOnlyDictionary<string, byte[]> files in disk.Outcomes())
                Assert.Equal(expected, StateText.Of(new StateStore(DiskCopy.Make(files, state, Path.Combine(_directory, "copy")))));
            if (done < calls.Count)
                disk.Do(calls[done]);
        }
    }

    [Fact]
    public void What_an_older_agent_said_that_ran_once_more_is_the_later_word()
    {
        JournalFile.Write(
            Path.Combine(_directory, StateStore.IdentityFile),
            """{"next":400,"identities":[{"id":300,"labels":["container:app=before"]},{"id":399,"labels":["container:app=kept"]}],"next-local":16777217}""");
        File.WriteAllText(Path.Combine(_directory, "identities.json"), OlderDirectory.Files["identities.json"]);

        StoredIdentities read = new StateStore(_directory).ReadIdentities(out _);

        Assert.Equal([(300u, "container:app=web"), (301u, "container:app=gone"), (399u, "container:app=kept"), (16777300u, "")],
            read.Identities.Select(identity => (identity.Id, string.Concat(identity.Labels))));
    }

    [Fact]
    public void A_damaged_file_is_named_and_left()
    {
        string path = Path.Combine(_directory, "identities.json");
        File.WriteAllText(path, "{");

        var error = Assert.Throws<StateException>(() => new StateStore(_directory));

        Assert.StartsWith($"state file {path} is not valid", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
    }

    private static void AssertSame(TestAgent agent)
    {
        Endpoint web = Assert.Single(agent.Services.Endpoints.Endpoints.Rows);
        Assert.Equal((7, 300u, "10.101.0.9"), (web.Id, web.Identity, web.IPv4!.ToString()));
        Assert.Equal(16777300u, agent.Services.Identities.FindHeld(IPNetwork.Parse("192.0.2.0/24"))!.Id);
        Assert.Equal("container:app=gone", agent.Services.Identities.LabelsOf(301).ToString());
        Assert.Equal(9, agent.Services.Policies.Current.Revision);
        Assert.Equal(
            [(OlderDirectory.LongName, 5L), ("db", 9L), ("outside", 4L)],
            agent.Services.Policies.Current.Origins.Select(pair => (pair.Key.Name, pair.Value.Revision)).Order());
        Assert.Equal("outside/egress[0]", agent.Services.Rules.TextOf(40));
        Assert.Equal("knp:shop/db/ingress[0]", agent.Services.Rules.TextOf(42));
        Assert.DoesNotContain("identities.json", agent.StateFiles);
        Assert.Superset(
            new HashSet<string>(["identities.journal", "policies.json", "policies/_outside@4.yaml", "policies/knp_shop_db@9.yaml"]), agent.StateFiles.ToHashSet());
        Assert.DoesNotContain("policies/_outside.yaml", agent.StateFiles);
    }

    /// <summary>One that holds the files of a directory, and has for long.</summary>
    private static LostPower DiskWith(string state)
    {
        var disk = new LostPower(Path.GetDirectoryName(state)!);
        string[] directories = [state, .. Directory.GetDirectories(state)];
        foreach (string directory in directories)
            disk.Do(Call("mkdir", directory));
        foreach (string file in Directory.GetFiles(state, "*", SearchOption.AllDirectories))
        {
            disk.Do(Call("create", file));
            disk.Do(Call("write", file, File.ReadAllText(file)));
            disk.Do(Call("fsync", file));
        }

        foreach (string directory in directories.Append(Path.GetDirectoryName(state)!))
            disk.Do(Call("fsync", directory));
        return disk;
    }

    private static FileCall Call(string call, string path, string content = "") => new(call, path, "", Encoding.UTF8.GetBytes(content), 0);
}
