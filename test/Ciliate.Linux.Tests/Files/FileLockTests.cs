using Xunit;

namespace Ciliate.Linux.Tests.Files;

public sealed class FileLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_held_lock_is_refused_to_others_and_free_after_dispose()
    {
        string path = _directory["lock"];
        FileLock? first = FileLock.TryTake(path);
        Assert.NotNull(first);
        Assert.Null(FileLock.TryTake(path));

        first.Dispose();

        using FileLock? second = FileLock.TryTake(path);
        Assert.NotNull(second);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Another_process_is_refused_too()
    {
        string path = _directory["lock"];
        using FileLock? held = FileLock.TryTake(path);
        Assert.NotNull(held);
        Assert.Equal(1, Ciliate.Testing.TestProcess.Run(null, "flock", "--nonblock", path, "true").ExitCode);
    }

    [Fact]
    public void A_directory_is_its_own_lock_and_nothing_is_made_in_it()
    {
        string path = Directory.CreateDirectory(_directory["place"]).FullName;
        FileLock? first = FileLock.TryTakeDirectory(path);
        Assert.NotNull(first);
        Assert.Null(FileLock.TryTakeDirectory(path));

        first.Dispose();

        using FileLock? second = FileLock.TryTakeDirectory(path);
        Assert.NotNull(second);
        Assert.Empty(Directory.EnumerateFileSystemEntries(path));
    }

    [Fact]
    public void A_lock_that_cannot_be_made_is_told()
    {
        var error = Assert.Throws<LinuxException>(() => FileLock.TryTake(_directory["no/lock"]));
        Assert.Equal($"open lock {_directory["no/lock"]}: No such file or directory (ENOENT)", error.Message);
    }
}
