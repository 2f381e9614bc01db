namespace Ciliate.Bpf.Specialization;

/// <summary>One function of a program while it is specialized. Never written to: a pass yields another one, or the same if it finds
/// nothing to do.</summary>
/// <param name="name">Of the C function.</param>
/// <param name="typeId">In BTF; null when the program has no function information.</param>
/// <param name="callees">What every routine of the program looks like from outside, by <see cref="Node.Target"/>.</param>
/// <param name="privateFrame">The part of the frame that nobody reaches but by <see cref="Node.FrameOffset"/>.</param>
internal sealed class Routine(string name, uint? typeId, Node[] nodes, Callee[] callees, FrameRange privateFrame)
{
    private BlockGraph? _blocks;

    public string Name => name;

    public uint? TypeId => typeId;

    public Node[] Nodes => nodes;

    public FrameRange PrivateFrame => privateFrame;

    public BlockGraph Blocks => _blocks ??= new BlockGraph(nodes);

    /// <summary>The same routine with other nodes.</summary>
    public Routine With(Node[] others) => new(name, typeId, others, callees, privateFrame);

    /// <summary>The same nodes, with what is known of the frame.</summary>
    public Routine With(Node[] marked, FrameRange range) => new(name, typeId, marked, callees, range) { _blocks = _blocks };

    public Callee CalleeOf(in Node call) => callees[call.Target];

    /// <summary>How many of r1 to r5 a call may read.</summary>
    public int ArgumentsOf(in Node call) => call.Instruction.Source switch
    {
        PseudoSource.Call => callees[call.Target].Arguments,
        PseudoSource.KernelFunction => Encoding.LastArgument,
        _ => Helpers.ArgumentsOf(call.Instruction.Immediate),
    };
}

/// <summary>What a caller knows of a routine.</summary>
/// <param name="Arguments">How many of r1 to r5 it may read.</param>
/// <param name="IsGlobal">Verified by itself: of what it is given by address it reaches as much as the type tells, upwards.</param>
internal readonly record struct Callee(int Arguments, bool IsGlobal)
{
    public static readonly Callee Unknown = new(Encoding.LastArgument, IsGlobal: false);
}

/// <summary>Bytes of a stack frame, from <paramref name="Start"/> up to but not with <paramref name="End"/>, counted from the frame
/// pointer: both are negative or 0.</summary>
internal readonly record struct FrameRange(int Start, int End)
{
    public int Size => End - Start;

    public bool Contains(int offset, int size) => offset >= Start && offset + size <= End;

    public bool Touches(int offset, int size) => offset < End && offset + size > Start;
}
