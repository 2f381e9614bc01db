namespace Ciliate.Datapath;

/// <summary>A program of the user's, as it is to judge the packets of an endpoint.</summary>
/// <param name="Elf">The compiled file.</param>
/// <param name="Digest">SHA-256 of the file, in lower-case hexadecimal digits.</param>
/// <param name="File">As errors name it.</param>
/// <param name="Program">The C function.</param>
public sealed record UserHook(ReadOnlyMemory<byte> Elf, string Digest, string File, string Program);

/// <summary>Those of one endpoint.</summary>
/// <param name="Egress">Judges what the container sends; null: nobody does.</param>
/// <param name="Ingress">Judges what it receives.</param>
public sealed record UserHooks(UserHook? Egress, UserHook? Ingress)
{
    public static UserHooks None { get; } = new(null, null);

    public bool Any => Egress is not null || Ingress is not null;

    public UserHook? this[TrafficDirection direction] => direction == TrafficDirection.Egress ? Egress : Ingress;
}

/// <summary>A map of a program of the user's.</summary>
/// <param name="Name">As in C; that of a data section begins with a dot.</param>
/// <param name="KernelId">By which the kernel knows it.</param>
/// <param name="Path">Where it is pinned.</param>
public sealed record UserMapRow(TrafficDirection Direction, string Name, string Type, uint KernelId, string Path);
