using Xunit;

namespace Ciliate.Linux.Tests.Files;

public sealed class FileSystemTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_mounted_bpf_file_system_is_recognised_until_it_is_unmounted()
    {
        Assert.False(FileSystem.IsBpf(_directory.Path));
        FileSystem.MountBpf(_directory.Path);
        bool mounted = FileSystem.IsBpf(_directory.Path);
        FileSystem.Unmount(_directory.Path);

        Assert.True(mounted);
        Assert.False(FileSystem.IsBpf(_directory.Path));
    }

    [Fact]
    public void Group_and_mode_of_a_file_are_set_and_its_owner_stays()
    {
        string path = _directory["socket"];
        File.WriteAllText(path, "");
        FileSystem.SetGroup(path, 12345);
        FileSystem.SetMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.Equal("0 12345 440", Ciliate.Testing.TestProcess.Run(null, "stat", "-c", "%u %g %a", path).Output.Trim());
    }

    [Fact]
    public void A_path_is_made_canonical_as_far_as_it_is_there()
    {
        string real = _directory["real"], link = _directory["link"];
        Directory.CreateDirectory(real);
        Directory.CreateSymbolicLink(link, real);
        string root = FileSystem.Canonical(_directory.Path);

        Assert.Equal(Path.Combine(root, "real"), FileSystem.Canonical(link));
        Assert.Equal(Path.Combine(root, "real", "not", "there"), FileSystem.Canonical(Path.Combine(link, "not", "there/")));
        Assert.Equal("/", FileSystem.Canonical("/"));
    }

    [Fact]
    public void A_file_in_a_directorys_place_is_no_directory()
    {
        string path = _directory["file"];
        File.WriteAllText(path, "");

        Assert.Equal($"make directory {path}: File exists (EEXIST)", Assert.Throws<LinuxException>(() => FileSystem.MakeDirectoryForGood(path)).Message);
    }

    [Fact]
    public void Errors_name_the_path()
    {
        string path = _directory["none"];
        Assert.Equal(
            $"open {path}: No such file or directory (ENOENT)",
            Assert.Throws<LinuxException>(() => FileSystem.IsBpf(path)).Message);
        Assert.StartsWith(
            $"mount a BPF file system at {path}:",
            Assert.Throws<LinuxException>(() => FileSystem.MountBpf(path)).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            $"give {path} to group 1:",
            Assert.Throws<LinuxException>(() => FileSystem.SetGroup(path, 1)).Message,
            StringComparison.Ordinal);
    }
}
