using Ciliate.Bpf.Interop;
using Ciliate.Linux;
using static Ciliate.Bpf.Interop.BpfCommand;

namespace Ciliate.Bpf;

/// <summary>BPF_PROG_TEST_RUN.</summary>
internal static unsafe class ProgramTestRun
{
    public static TestRunResult Run(BpfProgram program, TestRunInput input)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(input.Repeat, 1);
        return input.Data.IsEmpty ? RunSyscall(program, input) : RunPacket(program, input);
    }

    private static TestRunResult RunPacket(BpfProgram program, TestRunInput input)
    {
        SkBuff before = input.Context ?? default;
        var after = default(SkBuff);
        byte[] output = new byte[input.OutputRoom];
        using DescriptorLease lease = program.Descriptor.Lease();
        fixed (byte* data = input.Data.Span)
        fixed (byte* result = output)
        {
            bool withContext = input.Context is not null;
            var attribute = new bpf_attr_test
            {
                prog_fd = lease.Number,
                data_in = data,
                data_size_in = (uint)input.Data.Length,
                data_out = result,
                data_size_out = (uint)output.Length,
                repeat = (uint)input.Repeat,
                ctx_in = withContext ? &before : null,
                ctx_size_in = withContext ? (uint)sizeof(SkBuff) : 0,
                ctx_out = withContext ? &after : null,
                ctx_size_out = withContext ? (uint)sizeof(SkBuff) : 0,
            };
            Call(program, ref attribute);
            return new TestRunResult(
                (int)attribute.retval, output.AsMemory(0, Math.Min(output.Length, (int)attribute.data_size_out)), withContext ? after : null, default, attribute.duration);
        }
    }

    private static TestRunResult RunSyscall(BpfProgram program, TestRunInput input)
    {
        byte[] context = input.RawContext.ToArray();
        using DescriptorLease lease = program.Descriptor.Lease();
        fixed (byte* pointer = context)
        {
            var attribute = new bpf_attr_test { prog_fd = lease.Number, ctx_in = pointer, ctx_size_in = (uint)context.Length };
            uint last = 0;
            for (int run = 0; run < input.Repeat; run++)
            {
                Call(program, ref attribute);
                last = attribute.retval;
            }

            return new TestRunResult((int)last, default, null, context, 0);
        }
    }

    private static void Call(BpfProgram program, ref bpf_attr_test attribute)
    {
        int result;
        do
        {
            // A signal ends the loop of a long run; the kernel wants it started again.
            result = SystemCall.Bpf(BPF_PROG_TEST_RUN, ref attribute);
        }
        while (result == -Errno.EINTR);
        if (result < 0)
        {
            throw new LinuxException($"run program {program.Name}", -result);
        }
    }
}
