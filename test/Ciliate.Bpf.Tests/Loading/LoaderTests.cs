using Xunit;

namespace Ciliate.Bpf.Tests.Loading;

public sealed class LoaderTests
{
    private readonly ObjectSpec _spec = Fixture.Open("programs");

    [Fact]
    public void Only_chosen_programs_and_their_maps_are_made()
    {
        using LoadedObject loaded = Fixture.Load(_spec, "count_in_map");

        Assert.Equal(["count_in_map"], loaded.Programs.Keys);
        Assert.Equal(["counters"], loaded.Maps.Keys);
        Assert.Contains("no program flip", Assert.Throws<KeyNotFoundException>(() => loaded.Program("flip")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_choice_everything_is_made()
    {
        using LoadedObject loaded = Fixture.Load(_spec);

        Assert.Equal(_spec.Programs.Count, loaded.Programs.Count);
        Assert.Contains("unused", loaded.Maps.Keys);
    }

    [Fact]
    public void All_maps_can_be_made_without_a_program()
    {
        using var loader = new BpfLoader();
        using LoadedObject loaded = loader.Load(_spec, new LoadOptions { Programs = [], AllMaps = true });

        Assert.Empty(loaded.Programs);
        Assert.Equal(_spec.Maps.Select(map => map.Name).Order(), loaded.Maps.Keys.Order());
    }

    [Fact]
    public void A_map_can_be_replaced_and_stays_the_callers()
    {
        using var loader = new BpfLoader();
        using var counters = BpfMap.Create(_spec.Map("counters"));
        var options = new LoadOptions { Programs = ["count_in_map"], MapReplacements = new Dictionary<string, BpfMap> { ["counters"] = counters } };
        using (LoadedObject loaded = loader.Load(_spec, options))
        {
            loaded.Run("count_in_map");
        }

        Assert.Equal(1ul, counters.As<uint, ulong>()[1]);
    }

    [Fact]
    public void A_replacement_that_does_not_fit_is_named()
    {
        using var loader = new BpfLoader();
        using var wrong = BpfMap.Create(_spec.Map("counters") with { ValueSize = 4 });
        var options = new LoadOptions { MapReplacements = new Dictionary<string, BpfMap> { ["counters"] = wrong } };

        Assert.Equal("map counters given as replacement has value size 4, the object needs 8",
            Assert.Throws<MapMismatchException>(() => loader.Load(_spec, options)).Message);
        Assert.Throws<ArgumentException>(() => loader.Load(_spec, options with
        {
            MapReplacements = new Dictionary<string, BpfMap> { ["nothing"] = wrong },
        }));
    }

    [Fact]
    public void Clones_are_loaded_side_by_side_with_their_own_constants()
    {
        using var loader = new BpfLoader();
        var loaded = new List<LoadedObject>();
        for (uint i = 0; i < 20; i++)
        {
            ObjectSpec clone = _spec.Clone();
            clone.SetConstant("answer", i);
            loaded.Add(loader.Load(clone, new LoadOptions { Programs = ["answer_of_constant"] }));
        }

        Assert.Equal(Enumerable.Range(0, 20), loaded.Select(one => one.Run("answer_of_constant")));
        loaded.ForEach(one => one.Dispose());
    }

    [Fact]
    public void Constants_cannot_be_changed_after_the_load()
    {
        using LoadedObject loaded = Fixture.Load(_spec, "answer_of_constant");

        Assert.Throws<ArgumentException>(() => loaded.Map(".rodata").Mapped<uint>());
        Assert.Throws<Linux.LinuxException>(() => loaded.Map(".rodata").Freeze());
    }
}
