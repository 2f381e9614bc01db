using System.Diagnostics;
using System.Text;
using Ciliate.Bench.Interop;
using Ciliate.Bench.Workloads;

namespace Ciliate.Bench.Processes;

/// <summary>From spawn to end of a program, its output thrown away.</summary>
internal static unsafe class SpawnTime
{
    // More than posix_spawn_file_actions_t has in any libc.
    private const int ActionsSize = 256;

    /// <returns>Milliseconds.</returns>
    public static double Of(string program, params string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        int status = SpawnAndWait(program, arguments);
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return status == 0
            ? milliseconds
            : throw new BenchException($"{program} {string.Join(' ', arguments)} failed with wait status {status}");
    }

    private static int SpawnAndWait(string program, string[] arguments)
    {
        byte* actions = stackalloc byte[ActionsSize];
        byte** argv = stackalloc byte*[arguments.Length + 2];
        byte** environment = stackalloc byte*[1];
        var path = Terminated(program);
        var words = Terminated(string.Join('\0', arguments));
        fixed (byte* pathPointer = path, wordsPointer = words, sink = "/dev/null"u8)
        {
            argv[0] = pathPointer;
            Split(wordsPointer, arguments, argv + 1);
            _ = LibC.posix_spawn_file_actions_init(actions);
            _ = LibC.posix_spawn_file_actions_addopen(actions, 1, sink, LibC.O_WRONLY, 0);
            int child, status;
            int error = LibC.posix_spawn(&child, pathPointer, actions, null, argv, environment);
            _ = LibC.posix_spawn_file_actions_destroy(actions);
            if (error != 0)
                throw new Linux.LinuxException($"start {program}", error);
            Sockets.Check(LibC.waitpid(child, &status, 0), $"wait for {program}");
            return status;
        }
    }

    private static void Split(byte* words, string[] arguments, byte** argv)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            argv[i] = words;
            words += Encoding.UTF8.GetByteCount(arguments[i]) + 1;
        }
    }

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
