using System.Runtime.InteropServices;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>File system calls that .NET has no method for.</summary>
public static class FileSystem
{
    private const long BpfMagic = 0xcafe4a11;
    private const uint Unchanged = uint.MaxValue;

    /// <summary>Whether a path lies on a BPF file system, where maps and links can be pinned.</summary>
    public static bool IsBpf(string path)
    {
        using var descriptor = OpenForReading(path);
        return FileStatus.Of(descriptor, $"look at {path}").FileSystemMagic == BpfMagic;
    }

    /// <summary>Mounts a BPF file system over a directory.</summary>
    public static void MountBpf(string directory)
    {
        if (LibC.mount("bpffs", directory, "bpf", LibC.MS_NOSUID | LibC.MS_NODEV | LibC.MS_NOEXEC, "mode=0700") < 0)
        {
            throw LinuxException.Last($"mount a BPF file system at {directory}");
        }
    }

    /// <summary>Takes away the mount at a directory; what still uses it keeps it alive unseen.</summary>
    public static void Unmount(string directory)
    {
        if (LibC.umount2(directory, LibC.MNT_DETACH) < 0)
        {
            throw LinuxException.Last($"unmount {directory}");
        }
    }

    /// <summary>Brings names of a directory (new, renamed, removed) to the disk.</summary>
    public static void SyncDirectory(string directory)
    {
        using var descriptor = OpenForReading(directory);
        if (LibC.fsync(descriptor) < 0)
        {
            throw LinuxException.Last($"sync directory {directory}");
        }
    }

    /// <summary>Takes away a name, whatever it stands for but a directory; a pin too. Safe to repeat.</summary>
    public static void Remove(string path)
    {
        if (LibC.unlink(path) < 0 && Marshal.GetLastPInvokeError() != Errno.ENOENT)
        {
            throw LinuxException.Last($"remove {path}");
        }
    }

    /// <summary>Takes away a file, and brings that to the disk. Safe to repeat.</summary>
    public static void RemoveForGood(string path) => RemoveForGood([path]);

    /// <summary>Takes away files, and brings that to the disk, once for each directory. Safe to repeat.</summary>
    public static void RemoveForGood(IReadOnlyCollection<string> paths)
    {
        foreach (string path in paths)
        {
            Remove(path);
        }

        foreach (string directory in paths.Select(ParentOf).Distinct())
        {
            SyncDirectory(directory);
        }
    }

    /// <summary>Makes a directory and those above it where they are not there, and brings them to the disk.</summary>
    public static void MakeDirectoryForGood(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        MakeDirectoryForGood(ParentOf(path));
        MakeDirectory(path);
        SyncDirectory(ParentOf(path));
    }

    /// <summary>Makes a directory and those above it where they are not there.</summary>
    public static void MakeDirectory(string path)
    {
        const uint everybody = 0b111_111_111;
        if (Directory.Exists(path))
        {
            return;
        }

        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
        {
            MakeDirectory(parent);
        }

        if (LibC.mkdir(path, everybody) < 0)
        {
            // Somebody else may have made it meanwhile.
            var error = LinuxException.Last($"make directory {path}");
            if (error.Errno != Errno.EEXIST || !Directory.Exists(path))
            {
                throw error;
            }
        }
    }

    /// <summary>Gives a directory another name; there must be none of that name, or an empty one.</summary>
    public static void Rename(string path, string name)
    {
        if (LibC.rename(path, name) < 0)
        {
            throw LinuxException.Last($"rename {path} to {name}");
        }
    }

    /// <summary>Takes away an empty directory. Safe to repeat.</summary>
    public static void RemoveDirectory(string path)
    {
        if (LibC.rmdir(path) < 0 && Marshal.GetLastPInvokeError() != Errno.ENOENT)
        {
            throw LinuxException.Last($"remove directory {path}");
        }
    }

    /// <summary>Gives a file or socket to a group; its owner stays.</summary>
    public static void SetGroup(string path, uint groupId)
    {
        if (LibC.chown(path, Unchanged, groupId) < 0)
        {
            throw LinuxException.Last($"give {path} to group {groupId}");
        }
    }

    /// <summary>Sets the permissions of anything that has a path, sockets included.</summary>
    public static void SetMode(string path, UnixFileMode mode)
    {
        if (LibC.chmod(path, (uint)mode) < 0)
        {
            throw LinuxException.Last($"set the mode of {path}");
        }
    }

    /// <summary>The one path without symbolic links by which a file is reached; of what is not there the part that is, and the rest as it is written.</summary>
    /// <param name="path">Absolute.</param>
    public static unsafe string Canonical(string path)
    {
        byte* resolved = stackalloc byte[LibC.PATH_MAX];
        if (LibC.realpath(path, resolved) != null)
        {
            return Marshal.PtrToStringUTF8((nint)resolved)!;
        }

        return Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path)) is { } parent
            ? Path.Combine(Canonical(parent), Path.GetFileName(Path.TrimEndingDirectorySeparator(path)))
            : path;
    }

    /// <summary>The root is its own.</summary>
    private static string ParentOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";

    private static FileDescriptor OpenForReading(string path)
    {
        int number = LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC | LibC.O_NONBLOCK | LibC.O_NOCTTY, 0);
        return number >= 0 ? new FileDescriptor(number) : throw LinuxException.Last($"open {path}");
    }
}
