using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>Which endpoints get what other containers send by a program with the user's in it. The kernel alone holds those programs.</summary>
internal sealed class UserDeliveries(EndpointTable endpoints, BpfMap<uint, int> programs, GracePeriod gracePeriod)
{
    /// <summary>What other endpoints send to this one is delivered by the program from here on.</summary>
    public void DeliverBy(ushort id, BpfProgram delivery)
    {
        programs.Update(id, delivery.Descriptor.Number);
        endpoints.SetFlag(id, EndpointFlag.UserIngress);
    }

    /// <summary>The contrary; safe to repeat. The entry goes when nobody is on the way to it any more, for a packet that finds none is dropped.</summary>
    public void DeliverDirectly(ushort id)
    {
        if (!IsOn(id) && !programs.TryGet(id, out _))
            return;
        endpoints.ClearFlag(id, EndpointFlag.UserIngress);
        gracePeriod.Wait();
        programs.Delete(id);
    }

    private bool IsOn(ushort id) => ((EndpointFlag)endpoints.Read(id).Flags).HasFlag(EndpointFlag.UserIngress);
}
