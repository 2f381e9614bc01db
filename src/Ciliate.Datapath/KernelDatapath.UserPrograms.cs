using Ciliate.Bpf;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tailoring;

namespace Ciliate.Datapath;

public sealed partial class KernelDatapath
{
    /// <summary>A program of the datapath for one endpoint, with the user's in it.</summary>
    /// <param name="userMaps">Of <see cref="UserProgram.MakeMaps"/>.</param>
    internal LoadedObject LoadWith(UserProgram user, LoadedObject userMaps, string program, TrafficDirection direction, EndpointWiring wiring)
    {
        var spec = user.PutInto(_tailor.SpecOf(wiring), program, direction);
        EndpointTailor.Specialize(spec, program);
        var maps = _maps.Shared.Concat(userMaps.Maps.Select(map => KeyValuePair.Create(UserProgram.MapName(map.Key), map.Value))).ToDictionary();
        using var loader = new BpfLoader();
        return loader.Load(spec, new LoadOptions { MapReplacements = maps, Programs = [program] });
    }

    /// <summary>What other endpoints send to this one is delivered by the program from here on.</summary>
    internal void DeliverBy(ushort endpointId, BpfProgram delivery)
    {
        _maps.UserDeliveries.Update(endpointId, delivery.Descriptor.Number);
        _endpoints.SetFlag(endpointId, EndpointFlag.UserIngress);
    }

    /// <summary>The contrary. The entry goes when nobody is on the way to it any more, for a packet that finds none is dropped.</summary>
    internal void DeliverDirectly(ushort endpointId)
    {
        _endpoints.ClearFlag(endpointId, EndpointFlag.UserIngress);
        _gracePeriod.Wait();
        _maps.UserDeliveries.Delete(endpointId);
    }
}
