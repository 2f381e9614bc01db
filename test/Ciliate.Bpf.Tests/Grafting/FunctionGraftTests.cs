using Ciliate.Bpf.Grafting;
using Ciliate.Bpf.Specialization;
using Xunit;

namespace Ciliate.Bpf.Tests.Grafting;

/// <summary>Programs of one object that run inside those of another, in the kernel.</summary>
public sealed class FunctionGraftTests
{
    [Theory, InlineData(3u, 1003, 0u), InlineData(8u, 100, 1u)]
    public void The_grafted_program_decides_with_its_own_maps_and_variables(uint mark, int result, uint refused)
    {
        using LoadedObject loaded = Fixture.Load(Grafted(), "stock");

        Assert.Equal(result, loaded.Run("stock", new SkBuff { Mark = mark }));

        Assert.Equal(refused, loaded.Map("guest .bss").As<uint, uint>()[0]);
        Assert.Equal(mark, (uint)loaded.Map("guest counts").As<uint, ulong>()[mark]);
        Assert.Equal(1ul, loaded.Map("counts").As<uint, ulong>()[0]);
    }

    [Fact]
    public void A_map_that_was_made_before_stands_for_the_grafted_one()
    {
        using LoadedObject scion = Fixture.Load("scion", "check");
        using var loader = new BpfLoader();
        using LoadedObject loaded = loader.Load(Grafted(), new LoadOptions
        {
            Programs = ["stock"],
            MapReplacements = scion.Maps.ToDictionary(map => $"guest {map.Key}", map => map.Value),
        });

        loaded.Run("stock", new SkBuff { Mark = 9 });

        Assert.Equal(9u, (uint)scion.Map("counts").As<uint, ulong>()[9]);
    }

    [Fact]
    public void Functions_and_source_lines_of_both_are_told()
    {
        string listing = Grafted().Disassemble("stock");

        foreach (string expected in new[] { "guest:\n", "beyond:\n", "note:\n", "weigh:\n", "; refused++;\n", "; int result = guest(skb);\n" })
            Assert.Contains(expected, listing, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_grafted_is_specialized_with_the_rest()
    {
        ObjectSpec grafted = Grafted();
        grafted.SetConstant("base", 1000u);
        SpecializedProgram special = Specializer.Specialize(grafted, "stock");
        grafted.ReplaceProgram(special.Program);
        using LoadedObject loaded = Fixture.Load(grafted, "stock");

        Assert.Equal(["counts", "guest .bss", "guest counts"], special.Report.Maps);
        Assert.Equal(1003, loaded.Run("stock", new SkBuff { Mark = 3 }));
        Assert.Equal(100, loaded.Run("stock", new SkBuff { Mark = 8 }));
    }

    [Fact]
    public void Neither_object_is_changed()
    {
        ObjectSpec stock = Fixture.Open("stock"), scion = Fixture.Open("scion");
        string before = stock.Disassemble("stock") + scion.Disassemble("check");

        FunctionGraft.Graft(stock, "stock", "guest", scion, "check", name => $"guest {name}");

        Assert.Equal(before, stock.Disassemble("stock") + scion.Disassemble("check"));
        Assert.Equal(2, stock.Maps.Count);
    }

    [Fact]
    public void What_cannot_be_grafted_is_refused_by_name()
    {
        ObjectSpec stock = Fixture.Open("stock"), scion = Fixture.Open("scion");

        var noFunction = Assert.Throws<ArgumentException>(() => FunctionGraft.Graft(stock, "stock", "nobody", scion, "check", name => "guest " + name));
        var sameName = Assert.Throws<ArgumentException>(() => FunctionGraft.Graft(stock, "stock", "guest", scion, "check", name => name));
        var kernelCall = Assert.Throws<BpfObjectException>(
            () => FunctionGraft.Graft(stock, "stock", "guest", Fixture.Open("kernel_functions"), "weak", name => "guest " + name));

        Assert.Contains("does not call a function nobody", noFunction.Message, StringComparison.Ordinal);
        Assert.Contains("has a map counts already", sameName.Message, StringComparison.Ordinal);
        Assert.Contains("calls bpf_cast_to_kern_ctx of the kernel", kernelCall.Message, StringComparison.Ordinal);
    }

    private static ObjectSpec Grafted()
    {
        ObjectSpec stock = Fixture.Open("stock");
        stock.SetConstant("base", 1000u);
        return FunctionGraft.Graft(stock, "stock", "guest", Fixture.Open("scion"), "check", name => $"guest {name}");
    }
}
