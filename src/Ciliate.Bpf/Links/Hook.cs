using Ciliate.Bpf.Interop;
using Ciliate.Linux;
using static Ciliate.Bpf.Interop.BpfCommand;

namespace Ciliate.Bpf;

/// <summary>A place in the kernel where a program can run.</summary>
public interface IHook
{
    /// <summary>For messages: "tcx ingress of interface 7".</summary>
    string Description { get; }

    /// <summary>Runs the program there from now on, until the link is gone.</summary>
    /// <exception cref="FeatureMissingException">The kernel has no such hooks.</exception>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    BpfLink Attach(BpfProgram program);
}

/// <summary>The hooks by name. tcx needs Linux 6.6; interface indexes are those of the calling thread's network namespace.</summary>
public static class Hook
{
    /// <summary>What an interface receives; at the host end of a veth: what the container sends.</summary>
    public static IHook TcxIngress(int ifIndex) => new TcxHook(ifIndex, AttachType.TcxIngress);

    /// <summary>What an interface sends; at the host end of a veth: what the container receives.</summary>
    public static IHook TcxEgress(int ifIndex) => new TcxHook(ifIndex, AttachType.TcxEgress);

    private sealed record TcxHook(int IfIndex, AttachType Type) : IHook
    {
        public string Description => $"tcx {(Type == AttachType.TcxIngress ? "ingress" : "egress")} of interface {IfIndex}";

        public BpfLink Attach(BpfProgram program)
        {
            using DescriptorLease lease = program.Descriptor.Lease();
            var attribute = new bpf_attr_link_create { prog_fd = lease.Number, target_ifindex = IfIndex, attach_type = (uint)Type };
            int result = SystemCall.Bpf(BPF_LINK_CREATE, ref attribute);
            if (result == -Errno.EINVAL)
            {
                KernelFeatures.Tcx.Require();
            }

            return result >= 0
                ? new BpfLink(new FileDescriptor(result))
                : throw new LinuxException($"attach program {program.Name} to {Description}", -result);
        }
    }
}
