using Xunit;

namespace Ciliate.Linux.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_file_has_content_and_mode_and_nothing_else_is_left()
    {
        string path = _directory["state.json"];
        AtomicFile.Write(path, "old and longer"u8, UnixFileMode.UserRead);
        AtomicFile.Write(path, "new"u8, OwnerAndGroup);

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void A_failed_write_leaves_no_temporary_file_and_names_the_path()
    {
        string path = _directory["taken"];
        Directory.CreateDirectory(path);

        var error = Assert.Throws<LinuxException>(() => AtomicFile.Write(path, "x"u8, OwnerAndGroup));

        Assert.Equal($"write {path}: Is a directory (EISDIR)", error.Message);
        Assert.Equal([path], Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void A_missing_directory_is_told()
    {
        string path = _directory["no/such"];
        var error = Assert.Throws<LinuxException>(() => AtomicFile.Write(path, "x"u8, OwnerAndGroup));
        Assert.Equal($"write {path}: No such file or directory (ENOENT)", error.Message);
    }

    [Fact]
    public void A_reader_sees_one_whole_version_while_writers_race()
    {
        string path = _directory["state"];
        byte[][] versions = [.. Enumerable.Range(0, 4).Select(i => Enumerable.Repeat((byte)('a' + i), 20_000 + i).ToArray())];
        AtomicFile.Write(path, versions[0], OwnerAndGroup);

        Parallel.For(0, 40, i =>
        {
            AtomicFile.Write(path, versions[i % 4], OwnerAndGroup);
            byte[] seen = File.ReadAllBytes(path);
            Assert.Contains(versions, version => version.AsSpan().SequenceEqual(seen));
        });
        Assert.Single(Directory.GetFileSystemEntries(_directory.Path));
    }
}
