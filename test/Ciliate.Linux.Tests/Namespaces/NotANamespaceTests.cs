using Ciliate.Testing;
using Xunit;

namespace Ciliate.Linux.Tests.Namespaces;

public sealed class NotANamespaceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_missing_path_is_told_by_name() => AssertRefused("/run/netns/never-made", "No such file or directory (ENOENT)");

    [Fact]
    public void A_plain_file_is_refused()
    {
        File.WriteAllText(_directory["file"], "");
        AssertNoNamespace(_directory["file"]);
    }

    [Fact]
    public void A_directory_is_refused() => AssertNoNamespace(_directory.Path);

    [Fact]
    public void A_pipe_is_refused_without_waiting_for_a_writer()
    {
        Assert.Equal(0, TestProcess.Run(null, "mkfifo", _directory["pipe"]).ExitCode);
        AssertNoNamespace(_directory["pipe"]);
    }

    [Fact]
    public void A_namespace_of_another_kind_is_refused() => AssertNoNamespace("/proc/self/ns/mnt");

    [Fact]
    public void A_name_whose_namespace_is_gone_is_refused_and_can_be_deleted()
    {
        using var test = new TestNamespace();
        FileSystem.Unmount(test.Path);
        AssertNoNamespace(test.Path);

        NetworkNamespace.Delete(test.Name);
        Assert.False(File.Exists(test.Path));
    }

    private static void AssertNoNamespace(string path) =>
        AssertRefused(path, "Invalid argument (EINVAL): the file is not a network namespace, or the namespace is gone");

    private static void AssertRefused(string path, string reason) =>
        Assert.Equal($"open network namespace {path}: {reason}", Assert.Throws<LinuxException>(() => NetworkNamespace.Open(path)).Message);
}
