using System.Collections.Concurrent;
using Ciliate.Linux;

namespace Ciliate.Bpf;

/// <summary>Puts the running kernel's ids into calls of its functions. Ids are those of its BTF, and stay for as long as it runs.</summary>
internal static class KernelCalls
{
    private const string CompilerSwitch = "/proc/sys/net/core/bpf_jit_enable";

    private static readonly ConcurrentDictionary<string, uint> Ids = new();

    /// <exception cref="BpfObjectException">The kernel lacks a function that the program cannot do without.</exception>
    public static void Settle(Instruction[] code, ProgramSpec program, string file)
    {
        foreach (KernelCall call in program.KernelCalls)
        {
            uint id = call.IsWeak && AreInterpreted() ? 0 : Ids.GetOrAdd(call.Name, KernelTypes.FunctionId);
            if (id == 0 && !call.IsWeak)
            {
                throw new BpfObjectException(
                    file, program.SectionName, $"program {program.Name} calls kernel function {call.Name}, which this kernel ({Kernel.Release}) does not have");
            }

            ref Instruction instruction = ref code[call.Slot];
            instruction = id != 0 ? instruction with { Immediate = (int)id } : new Instruction(OpCode.MoveImmediate64, 0, 0, 0, 0);
        }
    }

    // Only programs that are compiled may call functions of the kernel. Where the switch is not to be seen, it is on.
    private static bool AreInterpreted()
    {
        try
        {
            return File.ReadAllText(CompilerSwitch).Trim() == "0";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
