namespace Ciliate.Policy.Tests.Labels;

public sealed class LabelSetTests
{
    [Fact]
    public void The_order_and_repetition_of_labels_do_not_matter()
    {
        var one = LabelSet.Parse("tier=db", "app=web", "k8s:app=web");
        var other = LabelSet.Parse("k8s:app=web", "app=web", "tier=db", "container:app=web");
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.Equal("container:app=web,container:tier=db,k8s:app=web", other.ToString());
    }

    [Fact]
    public void Sets_that_differ_in_a_source_differ() =>
        Assert.NotEqual(LabelSet.Parse("app=web"), LabelSet.Parse("k8s:app=web"));

    [Fact]
    public void A_set_of_nothing_is_the_empty_set() => Assert.Same(LabelSet.Empty, LabelSet.Parse());

    [Fact]
    public void A_key_with_two_values_is_refused() =>
        Assert.Equal(
            "label \"container:app=web\": the key has another value already, in \"container:app=api\"",
            Assert.Throws<LabelException>(() => LabelSet.Parse("app=web", "app=api")).Message);

    [Fact]
    public void The_same_key_from_two_sources_may_have_two_values() =>
        Assert.Equal(2, LabelSet.Parse("app=web", "k8s:app=api").Count);

    [Fact]
    public void A_person_cannot_give_a_reserved_label() =>
        Assert.Equal(
            "label \"reserved:host\": labels with the source \"reserved\" cannot be given to a container",
            Assert.Throws<LabelException>(() => LabelSet.ParseUserLabels(["app=web", "reserved:host"])).Message);

    [Fact]
    public void Reserved_identities_have_the_numbers_and_labels_of_their_names()
    {
        string[] names =
            ["host", "world", "unmanaged", "health", "init", "remote-node", "kube-apiserver", "ingress", "world-ipv4", "world-ipv6"];
        Assert.Equal(names.Length, ReservedIdentities.All.Count);
        for (uint number = 1; number <= names.Length; number++)
        {
            var identity = ReservedIdentities.All[(int)number - 1];
            Assert.Equal(number, identity.Number);
            Assert.Equal($"reserved:{names[number - 1]}", identity.Labels.ToString());
            Assert.Equal(names[number - 1], ReservedIdentities.NameOf(number));
            Assert.True(identity.Labels.IsReserved);
        }
        Assert.Null(ReservedIdentities.NameOf(0));
        Assert.Null(ReservedIdentities.NameOf(11));
    }

    [Theory]
    [InlineData(0u, false, false, false)]
    [InlineData(1u, true, false, false)]
    [InlineData(255u, true, false, false)]
    [InlineData(256u, false, true, false)]
    [InlineData(0x00ff_ffffu, false, true, false)]
    [InlineData(0x0100_0000u, false, false, true)]
    [InlineData(0x01ff_ffffu, false, false, true)]
    [InlineData(0x0200_0000u, false, false, false)]
    public void A_number_tells_its_scope(uint number, bool reserved, bool ordinary, bool local)
    {
        Assert.Equal(reserved, IdentityNumbers.IsReserved(number));
        Assert.Equal(ordinary, IdentityNumbers.IsOrdinary(number));
        Assert.Equal(local, IdentityNumbers.IsLocal(number));
    }
}
