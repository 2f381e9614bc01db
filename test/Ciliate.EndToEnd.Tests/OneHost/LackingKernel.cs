using System.Runtime.InteropServices;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.OneHost;

/// <summary>A kernel that does not know some commands of bpf(2): what is started here finds them refused like on an old one, by a seccomp filter.</summary>
internal static partial class LackingKernel
{
    private const int SetSeccomp = 22, SeccompFilter = 2; // of prctl(2)
    private const int BpfSystemCall = 321, InvalidArgument = 22;
    private const int NumberOffset = 0, FirstArgumentOffset = 16; // in struct seccomp_data
    private const ushort Load = 0x20, JumpIfEqual = 0x15, Return = 0x06; // of classic BPF
    private const uint Allow = 0x7fff0000, Refuse = 0x00050000 | InvalidArgument;

    /// <summary>Runs on a thread of its own, for a filter stays with its thread and with what that starts.</summary>
    public static TestProcess Start(IReadOnlyList<uint> unknownCommands, Func<TestProcess> start)
    {
        TestProcess? process = null;
        var thread = new Thread(() =>
        {
            Filter(unknownCommands);
            process = start();
        });
        thread.Start();
        thread.Join();
        return process ?? throw new InvalidOperationException("the process was not started");
    }

    private static unsafe void Filter(IReadOnlyList<uint> unknownCommands)
    {
        int count = unknownCommands.Count;
        ClassicInstruction[] code =
        [
            new(Load, 0, 0, NumberOffset),
            new(JumpIfEqual, 0, (byte)(count + 1), BpfSystemCall), // another one: to the last but one
            new(Load, 0, 0, FirstArgumentOffset),
            .. unknownCommands.Select((command, index) => new ClassicInstruction(JumpIfEqual, (byte)(count - index), 0, command)),
            new(Return, 0, 0, Allow),
            new(Return, 0, 0, Refuse),
        ];
        fixed (ClassicInstruction* instructions = code)
        {
            var program = new ClassicProgram { Count = (ushort)code.Length, Instructions = instructions };
            if (Control(SetSeccomp, SeccompFilter, &program) != 0)
            {
                throw new InvalidOperationException($"no seccomp filter: error {Marshal.GetLastPInvokeError()}");
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static unsafe partial int Control(int option, nint mode, ClassicProgram* program);

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ClassicInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);

    /// <summary>struct sock_fprog.</summary>
    private unsafe struct ClassicProgram
    {
        public ushort Count;
        public ClassicInstruction* Instructions;
    }
}
