namespace Ciliate.Cli.Tests.Commands;

public sealed class PolicyCommandTests : IDisposable
{
    /// <summary>A line that is written over itself, and wiped away before the answer.</summary>
    [Fact]
    public async Task Who_waits_at_a_terminal_is_told_for_what()
    {
        using var terminal = new WatchedWriter();
        using var agent = new FakeAgent(async (_, socket, token) =>
        {
            await terminal.Written.WaitAsync(token);
            await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(FakeAgent.Response(Repository.Example("PolicyChange"))), token);
        });
        string[] command = ["policy", "delete", "web", "--socket", agent.Path];

        Run waiting = await Run.Async(command, errorTerminal: terminal);
        Run script = await Run.Async(command);

        Assert.Matches(@"^(\rwaiting for the agent: \d+ s)+\r +\rrevision ", waiting.Error);
        Assert.StartsWith("revision ", script.Error, StringComparison.Ordinal);
        Assert.Equal(script.Out, waiting.Out);
    }

    private readonly string _directory = Directory.CreateTempSubdirectory("ciliate-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Apply_sends_files_directories_and_the_standard_input_in_one_request()
    {
        Write("one.yaml", "a: 1\n");
        Write("dir/z.yml", "z: 1\n");
        Write("dir/b.yaml", "b: 1\n");
        Write("dir/notes.txt", "no\n");
        Write("dir/.hidden.yaml", "no\n");
        Write("dir/below/c.yaml", "no\n");
        using var agent = FakeAgent.Answering(Repository.Example("PolicyChange"));
        Run run = await Run.Async(
            ["policy", "apply", "-f", "one.yaml", "--file", "dir", "-f", "-", "--socket", agent.Path], _directory, input: "s: 1\n");
        Assert.EndsWith(
            """[{"file":"one.yaml","yaml":"a: 1\n"},{"file":"dir/b.yaml","yaml":"b: 1\n"},{"file":"dir/z.yml","yaml":"z: 1\n"},{"file":"standard input","yaml":"s: 1\n"}]""",
            Assert.Single(agent.Requests), StringComparison.Ordinal);
        Assert.Equal(
            """
            POLICY        CHANGE
            default/db    created
            default/web   changed

            """,
            run.Out);
        Assert.Equal("revision 6 is live on db, web\n", run.Error);
    }

    [Theory]
    [InlineData("PUT /v1/dry-run/policy ", "apply", "-f", "one.yaml")]
    [InlineData("DELETE /v1/dry-run/policy/db ", "delete", "db")]
    public async Task A_dry_run_tells_what_would_change(string request, params string[] command)
    {
        Write("one.yaml", "a: 1\n");
        using var agent = FakeAgent.Answering(Repository.Example("PolicyTrial"));
        Run run = await Run.Async(["policy", .. command, "--dry-run", "--socket", agent.Path], _directory);
        Assert.StartsWith(request, Assert.Single(agent.Requests), StringComparison.Ordinal);
        Assert.Equal(
            """
            WHAT       WHICH                    CHANGE         NOW                      THEN
            policy     default/db               created        -                        -
            endpoint   db ingress               +2 -0 lines    default allow            default deny
            flow       client -> web TCP 5432   7 seen, #311   allowed [not enforced]   denied [default deny]

            """,
            run.Out);
        Assert.Matches(@"^nothing was changed; 1 endpoint would change, and 7 of 120 flows seen since \d\d:\d\d:\d\d would get another verdict, 3 others are no policy's\n$", run.Error);
    }

    [Fact]
    public async Task Apply_says_when_nothing_had_to_change()
    {
        Write("one.yaml", "a: 1\n");
        using var agent = FakeAgent.Answering("""{"revision":6,"created":[],"changed":[],"unchanged":["default/web"],"deleted":[],"regenerated":[]}""");
        Run run = await Run.Async(["policy", "apply", "-f", "one.yaml", "--socket", agent.Path], _directory);
        Assert.Equal(new Run(ExitCode.Ok, "POLICY        CHANGE\ndefault/web   unchanged\n", "revision 6: no endpoint had to change\n"), run);
    }

    [Fact]
    public async Task What_cannot_be_read_is_named_and_nothing_is_sent()
    {
        Write("binary.yaml", "\uFFFD");
        await File.WriteAllBytesAsync(Path.Combine(_directory, "latin.yaml"), [0xe9], TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(_directory, "empty"));
        using var large = new FileStream(Path.Combine(_directory, "large.yaml"), FileMode.Create);
        large.SetLength(9 * 1024 * 1024);
        using var agent = FakeAgent.Answering("{}");
        foreach ((string name, string expected) in new[]
        {
            ("none.yaml", "cannot read \"none.yaml\": no such file"),
            ("latin.yaml", "\"latin.yaml\" is not UTF-8 text"),
            ("empty", "directory \"empty\" holds no .yaml or .yml file"),
            ("large.yaml", "\"large.yaml\" is larger than 8 MiB"),
        })
        {
            Run run = await Run.Async(["policy", "apply", "-f", "binary.yaml", "-f", name, "--socket", agent.Path], _directory);
            Assert.Equal(new Run(ExitCode.Failed, "", $"ciliate: {expected}\n"), run);
        }

        Assert.Empty(agent.Requests);
    }

    [Fact]
    public async Task Get_prints_the_document_as_it_was_applied()
    {
        using var agent = FakeAgent.Answering("""{"name":"default/web","file":"w","revision":1,"endpoints":[],"ingress-rules":1,"egress-rules":0,"yaml":"kind: X\nspec: {}\n"}""");
        Assert.Equal(new Run(ExitCode.Ok, "kind: X\nspec: {}\n", ""), await Run.Async(agent, "policy", "get", "default/web"));
        Assert.StartsWith("GET /v1/policy/default%2Fweb HTTP/1.1\r\n", agent.Requests[0], StringComparison.Ordinal);
        Assert.Contains("yaml: |\n  kind: X\n  spec: {}\n", (await Run.Async(agent, "policy", "get", "default/web", "-o", "yaml")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_names_the_endpoints_that_are_selected()
    {
        using var agent = FakeAgent.Answering(Repository.Example("PolicyList"));
        Assert.Equal(
            """
            NAME          REVISION   INGRESS   EGRESS   ENDPOINTS   FILE
            default/web   4          1         0        web         policies/web.yaml

            """,
            (await Run.Async(agent, "policy", "list")).Out);
    }

    private void Write(string path, string text)
    {
        string full = Path.Combine(_directory, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    private sealed class WatchedWriter : StringWriter
    {
        private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Written => _written.Task;

        public override void Write(string? value)
        {
            base.Write(value);
            _written.TrySetResult();
        }
    }
}
