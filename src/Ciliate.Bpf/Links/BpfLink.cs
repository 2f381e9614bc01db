using Ciliate.Bpf.Interop;
using Ciliate.Linux;
using static Ciliate.Bpf.Interop.BpfCommand;

namespace Ciliate.Bpf;

/// <summary>A program at a hook. It stays there as long as someone holds the link or it is pinned. Thread-safe.</summary>
public sealed class BpfLink : IDisposable
{
    internal BpfLink(FileDescriptor descriptor) => Descriptor = descriptor;

    public FileDescriptor Descriptor { get; }

    /// <exception cref="LinuxException">There is none.</exception>
    public static BpfLink Open(uint id) => new(BpfObjects.OpenById(BPF_LINK_GET_FD_BY_ID, id, "link"));

    /// <summary>The ids of all links of the machine at this time.</summary>
    public static IReadOnlyList<uint> ListIds() => BpfObjects.ListIds(BPF_LINK_GET_NEXT_ID, "links");

    /// <exception cref="LinuxException">Nothing is pinned there, or it is no link.</exception>
    public static BpfLink OpenPinned(string path) => new(BpfObjects.OpenPinned(path, "link"));

    /// <summary>Puts another program in place of the one that runs: each packet sees the one or the other.</summary>
    /// <param name="expected">Only if this program is the one that runs; null: whichever it is.</param>
    /// <exception cref="LinuxException">ENOLINK: the interface is gone. EPERM: <paramref name="expected"/> does not run there.</exception>
    public void Update(BpfProgram program, BpfProgram? expected = null)
    {
        using DescriptorLease link = Descriptor.Lease();
        using DescriptorLease now = program.Descriptor.Lease();
        var attribute = new bpf_attr_link_update { link_fd = link.Number, new_prog_fd = now.Number };
        if (expected is not null)
        {
            attribute.flags = BPF_F_REPLACE;
            attribute.old_prog_fd = expected.Descriptor.Number;
        }

        int result = SystemCall.Bpf(BPF_LINK_UPDATE, ref attribute);
        GC.KeepAlive(expected);
        if (result < 0)
        {
            throw new LinuxException($"replace the program of a link by {program.Name}", -result);
        }
    }

    /// <summary>Takes the program away from the hook at once, whoever else holds the link.</summary>
    public void Detach() => BpfObjects.Call(BPF_LINK_DETACH, Descriptor, "detach a link");

    /// <summary>Keeps the link beyond this process.</summary>
    public void Pin(string path) => BpfObjects.Pin(Descriptor, path, "a link");

    /// <summary>What the kernel says of it now.</summary>
    public LinkInfo ReadInfo()
    {
        var info = default(bpf_link_info);
        BpfObjects.GetInfo(Descriptor, ref info, "a link");
        const uint tcx = 11;
        return info.type == tcx
            ? new LinkInfo(info.id, info.prog_id, (int)info.word0, (AttachType)info.word1)
            : new LinkInfo(info.id, info.prog_id, 0, AttachType.None);
    }

    /// <summary>Lets go of the link; without a pin the program leaves the hook.</summary>
    public void Dispose() => Descriptor.Dispose();
}

/// <param name="IfIndex">0 when the interface is gone or the hook has none.</param>
/// <param name="AttachType"><see cref="AttachType.None"/> when it is no tcx hook.</param>
public sealed record LinkInfo(uint Id, uint ProgramId, int IfIndex, AttachType AttachType);
