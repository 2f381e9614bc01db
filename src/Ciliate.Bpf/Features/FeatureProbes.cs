using Ciliate.Bpf.Interop;
using Ciliate.Linux;
using static Ciliate.Bpf.Interop.BpfCommand;

namespace Ciliate.Bpf;

/// <summary>The attempts behind <see cref="KernelFeatures"/>.</summary>
internal static unsafe class FeatureProbes
{
    private const int FramePointer = 10;
    private const int AtomicCompareAndSwap = 0xf1; // BPF_CMPXCHG
    private const int CheckMtuHelper = 163;
    private const int ProbeReadKernelHelper = 113;

    private static readonly MapSpec SmallArray = new("probe", MapType.Array) { KeySize = 4, ValueSize = 8, MaxEntries = 1 };

    public static bool MappableArray() => Creates(SmallArray with { Flags = MapFlags.Mappable });

    public static bool RingBuffer() =>
        Creates(new MapSpec("probe", MapType.RingBuffer) { MaxEntries = (uint)Environment.SystemPageSize });

    public static bool MapFreeze()
    {
        using var map = BpfMap.Create(SmallArray);
        return Conclude(() => map.Freeze(), Errno.EINVAL);
    }

    public static bool BatchCalls()
    {
        using var map = BpfMap.Create(new MapSpec("probe", MapType.Hash) { KeySize = 4, ValueSize = 8, MaxEntries = 1 });
        return Conclude(() => map.As<uint, ulong>().ReadAll(), Errno.EINVAL, Errno.ENOTSUPP);
    }

    /// <summary>A blob with one int: the smallest that says something.</summary>
    public static bool BtfLoad()
    {
        const int header = 24, types = 16, strings = 5;
        byte[] blob =
        [
            0x9f, 0xeb, 1, 0, header, 0, 0, 0, 0, 0, 0, 0, types, 0, 0, 0, types, 0, 0, 0, strings, 0, 0, 0,
            1, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0, 32, 0, 0, 1,
            0, (byte)'i', (byte)'n', (byte)'t', 0,
        ];
        return Conclude(() => BtfLoading.Load(BtfSpec.Parse(blob, "probe"), "probe").Dispose(), Errno.EINVAL);
    }

    public static bool SyscallProgram() => Loads(ProgramType.Syscall, [new(OpCode.MoveImmediate64, 0, 0, 0, 0), new(OpCode.Exit, 0, 0, 0, 0)]);

    /// <summary>Of the packet (in register 1 from the start) at interface 0, to four bytes of the stack.</summary>
    public static bool CheckMtu() => Loads(ProgramType.SchedCls,
    [
        new(OpCode.MoveImmediate64, 2, 0, 0, 0),
        new(OpCode.StoreRegister64, FramePointer, 2, -8, 0),
        new(OpCode.MoveRegister64, 3, FramePointer, 0, 0),
        new(OpCode.AddImmediate64, 3, 0, 0, -8),
        new(OpCode.MoveImmediate64, 4, 0, 0, 0),
        new(OpCode.MoveImmediate64, 5, 0, 0, 0),
        new(OpCode.Call, 0, 0, 0, CheckMtuHelper),
        new(OpCode.MoveImmediate64, 0, 0, 0, 0),
        new(OpCode.Exit, 0, 0, 0, 0),
    ]);

    /// <summary>Eight bytes from nowhere to the stack.</summary>
    public static bool ProbeReadKernel() => Loads(ProgramType.SchedCls,
    [
        new(OpCode.MoveRegister64, 1, FramePointer, 0, 0),
        new(OpCode.AddImmediate64, 1, 0, 0, -8),
        new(OpCode.MoveImmediate64, 2, 0, 0, 8),
        new(OpCode.MoveImmediate64, 3, 0, 0, 0),
        new(OpCode.Call, 0, 0, 0, ProbeReadKernelHelper),
        new(OpCode.MoveImmediate64, 0, 0, 0, 0),
        new(OpCode.Exit, 0, 0, 0, 0),
    ]);

    /// <summary>On eight bytes of the stack.</summary>
    public static bool CompareAndSwap() => Loads(ProgramType.SchedCls,
    [
        new(OpCode.MoveImmediate64, 0, 0, 0, 0),
        new(OpCode.MoveImmediate64, 1, 0, 0, 1),
        new(OpCode.StoreRegister64, FramePointer, 0, -8, 0),
        new(OpCode.Atomic64, FramePointer, 1, -8, AtomicCompareAndSwap),
        new(OpCode.MoveImmediate64, 0, 0, 0, 0),
        new(OpCode.Exit, 0, 0, 0, 0),
    ]);

    /// <summary>Calls a helper with two numbers; a kernel that does not know it says so before it looks at them.</summary>
    public static bool SchedClsHelper(int helper) => Loads(ProgramType.SchedCls, TwoNumbersTo(helper));

    /// <summary>Attaches to an interface that cannot exist: a kernel with tcx misses the interface, one without misses the hook.</summary>
    public static bool Tcx()
    {
        using FileDescriptor program = Load(ProgramType.SchedCls, [new(OpCode.MoveImmediate64, 0, 0, 0, 0), new(OpCode.Exit, 0, 0, 0, 0)]);
        var attribute = new bpf_attr_link_create
        {
            prog_fd = program.Number,
            target_ifindex = int.MaxValue,
            attach_type = (uint)AttachType.TcxIngress,
        };
        int result = SystemCall.Bpf(BPF_LINK_CREATE, ref attribute);
        GC.KeepAlive(program);
        return result switch
        {
            -Errno.ENODEV => true,
            -Errno.EINVAL => false,
            _ => throw new LinuxException("probe tcx hooks", -result),
        };
    }

    private static Instruction[] TwoNumbersTo(int helper) =>
    [
        new(OpCode.MoveImmediate64, 1, 0, 0, 1),
        new(OpCode.MoveImmediate64, 2, 0, 0, 0),
        new(OpCode.MoveImmediate64, 3, 0, 0, 0),
        new(OpCode.MoveImmediate64, 4, 0, 0, 0),
        new(OpCode.Call, 0, 0, 0, helper),
        new(OpCode.MoveImmediate64, 0, 0, 0, 0),
        new(OpCode.Exit, 0, 0, 0, 0),
    ];

    private static bool Creates(MapSpec spec) => Conclude(() => BpfMap.Create(spec).Dispose(), Errno.EINVAL);

    private static bool Loads(ProgramType type, Instruction[] code) => Conclude(() => Load(type, code).Dispose(), Errno.EINVAL);

    private static FileDescriptor Load(ProgramType type, Instruction[] code)
    {
        fixed (Instruction* instructions = code)
        fixed (byte* license = "GPL\0"u8)
        {
            var attribute = new bpf_attr_prog_load
            {
                prog_type = (uint)type,
                insns = instructions,
                insn_cnt = (uint)code.Length,
                license = license,
                prog_name = ObjectName.From("probe"),
                prog_flags = type == ProgramType.Syscall ? BPF_F_SLEEPABLE : 0,
            };
            return SystemCall.BpfDescriptor(BPF_PROG_LOAD, ref attribute, "load a probe program");
        }
    }

    // Only the errors by which a kernel says "unknown" count as no; any other tells nothing.
    private static bool Conclude(Action attempt, params ReadOnlySpan<int> meansNo)
    {
        try
        {
            attempt();
            return true;
        }
        catch (LinuxException error) when (meansNo.Contains(error.Errno))
        {
            return false;
        }
    }
}
