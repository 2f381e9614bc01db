using Ciliate.Bpf;

namespace Ciliate.Fuzz.Targets;

/// <summary>BTF alone: a broken one is a <see cref="BpfObjectException"/>, and each type of a good one can be looked up, measured, described and laid out.</summary>
internal sealed class BtfTarget : IFuzzTarget
{
    // Searching the tags of a type looks at every type.
    private const int TypesSearched = 64;

    public string Name => "btf";

    public IReadOnlyList<string> Instrumented => ["Ciliate.Bpf.dll"];

    public int LongestInput => 16 << 10;

    public string? Dictionary => null;

    public void Try(ReadOnlyMemory<byte> input)
    {
        if (ParseIfSound(input) is not { } btf)
            return;
        foreach (BtfType type in btf.Types)
        {
            Ask(() => btf.Resolve(type.Id));
            Ask(() => btf.SizeOf(type.Id));
            Ask(() => btf.Describe(type.Id));
            if (type is BtfComposite composite)
                Ask(() => BtfLayout.MembersOf(btf, composite));
            if (type.Name.Length > 0)
                Expect.Equal(type.Name, btf.Find(type.Name, type.Kind)?.Name, "a type is not found by its name");
        }

        foreach (BtfType type in btf.Types.Take(TypesSearched))
            _ = btf.TagsOf(type.Id).Count();
    }

    private static BtfSpec? ParseIfSound(ReadOnlyMemory<byte> input)
    {
        try
        {
            return BtfSpec.Parse(input, "input.btf");
        }
        catch (BpfObjectException error)
        {
            Expect.OneLine(error, "input.btf: section .BTF");
            return null;
        }
    }

    /// <summary>An answer, or the documented error.</summary>
    private static void Ask<T>(Func<T> question)
    {
        try
        {
            _ = question();
        }
        catch (BpfObjectException error)
        {
            Expect.OneLine(error, "input.btf: section .BTF");
        }
    }
}
