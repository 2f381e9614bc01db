using System.Text;
using Ciliate.Bpf.Interop;
using Ciliate.Linux;
using static Ciliate.Bpf.Interop.BpfCommand;

namespace Ciliate.Bpf;

/// <summary>BPF_PROG_LOAD. A log makes the verifier slow, so it is asked for only when the load fails without one.</summary>
internal static unsafe class ProgramLoading
{
    private const int FirstLogSize = 1 << 17;
    private const int LargestLogSize = 1 << 27;
    private const int Retries = 5;

    /// <param name="descriptors">Of the object's maps, by their index; -1 for those that are not made.</param>
    public static BpfProgram Load(ObjectSpec spec, ProgramSpec program, FileDescriptor btfDescriptor, ReadOnlySpan<int> descriptors)
    {
        Instruction[] code = WithMaps(program.Code, descriptors);
        KernelCalls.Settle(code, program, spec.Name);
        int result = Call(program, code, btfDescriptor, null);
        if (result >= 0)
        {
            return new BpfProgram(new FileDescriptor(result), program.Name);
        }

        for (int size = FirstLogSize; size <= LargestLogSize; size *= 4)
        {
            byte[] log = new byte[size];
            int error = Call(program, code, btfDescriptor, log);
            if (error >= 0)
            {
                return new BpfProgram(new FileDescriptor(error), program.Name);
            }

            string text = Encoding.UTF8.GetString(log, 0, Math.Max(0, Array.IndexOf(log, (byte)0)));
            if (error != -Errno.ENOSPC || size * 4L > LargestLogSize)
            {
                throw text.Length > 0
                    ? new VerifierException(program.Name, new VerifierLog(text, program, spec.Btf))
                    : new LinuxException($"load program {program.Name}", -error);
            }
        }

        throw new LinuxException($"load program {program.Name}", -result);
    }

    private static Instruction[] WithMaps(LinkedCode linked, ReadOnlySpan<int> descriptors)
    {
        Instruction[] code = (Instruction[])linked.Instructions.Clone();
        foreach (MapReference reference in linked.MapReferences)
        {
            ref Instruction low = ref code[reference.Slot];
            ref Instruction high = ref code[reference.Slot + 1];
            low = low.WithSource(reference.IsValue ? PseudoSource.MapValue : PseudoSource.MapDescriptor) with
            {
                Immediate = descriptors[reference.MapIndex],
            };
            high = high with { Immediate = reference.Offset };
        }

        return code;
    }

    private static int Call(ProgramSpec program, Instruction[] code, FileDescriptor btf, byte[]? log)
    {
        using DescriptorLease lease = btf.Lease();
        fixed (Instruction* instructions = code)
        fixed (byte* license = BpfObjects.NullTerminated(program.License))
        fixed (byte* logPointer = log)
        fixed (FunctionInfo* functions = program.Code.Functions)
        fixed (LineInfo* lines = program.Code.Lines)
        {
            var attribute = new bpf_attr_prog_load
            {
                prog_type = (uint)program.Type,
                prog_flags = program.Type == ProgramType.Syscall ? BPF_F_SLEEPABLE : 0,
                expected_attach_type = (uint)program.AttachType,
                insns = instructions,
                insn_cnt = (uint)code.Length,
                license = license,
                log_level = log is null ? 0u : 1u,
                log_buf = logPointer,
                log_size = (uint)(log?.Length ?? 0),
                prog_name = ObjectName.From(program.Name),
                prog_btf_fd = lease.Number,
                func_info = functions,
                func_info_cnt = (uint)program.Code.Functions.Length,
                func_info_rec_size = (uint)sizeof(FunctionInfo),
                line_info = lines,
                line_info_cnt = (uint)program.Code.Lines.Length,
                line_info_rec_size = (uint)sizeof(LineInfo),
            };
            int result = -Errno.EAGAIN;
            // The verifier gives up when a signal comes, and the runtime uses signals.
            for (int i = 0; i < Retries && result == -Errno.EAGAIN; i++)
            {
                result = SystemCall.Bpf(BPF_PROG_LOAD, ref attribute);
            }

            return result;
        }
    }
}
