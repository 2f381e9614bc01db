using Ciliate.Agent.State;
using Ciliate.Agent.Tests.Fakes;
using Xunit;

namespace Ciliate.Agent.Tests.State;

public sealed class JournalTests : IDisposable
{
    private const string One = """{"next":257,"identities":[{"id":256,"labels":["container:app=web"]}],"next-local":16777217}""";
    private const string Two = """{"next":258,"identities":[{"id":257,"labels":["container:app=db"]}],"next-local":16777217}""";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ciliate-journal-");

    public void Dispose() => _directory.Delete(recursive: true);

    private string FilePath => Path.Combine(_directory.FullName, StateStore.IdentityFile);

    [Fact]
    public void A_record_that_was_cut_short_counts_for_nothing_wherever_it_ends_and_is_named()
    {
        string last = JournalFile.Line(Two);
        for (int length = 1; length < last.Length; length++)
        {
            File.WriteAllText(FilePath, JournalFile.Line(One) + last[..length]);

            StoredIdentities read = Read(out string? torn);

            Assert.Equal((257u, 256u), (read.Next, Assert.Single(read.Identities).Id));
            Assert.StartsWith($"line 2 of state file {FilePath} was not written to its end", torn, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_added_after_a_torn_record_stands_in_its_place()
    {
        File.WriteAllText(FilePath, JournalFile.Line(One) + JournalFile.Line(Two)[..^9]);
        var store = new StateStore(_directory.FullName);
        store.ReadIdentities(out _);

        store.AddIdentities(new StoredIdentities(300, [new StoredIdentity(299, ["container:app=new"])]), () => throw new InvalidOperationException("written anew"));

        Assert.Equal([256u, 299u], Read(out string? torn).Identities.Select(identity => identity.Id));
        Assert.Null(torn);
    }

    [Fact]
    public void A_last_record_that_was_written_to_its_end_and_is_damaged_is_not_told_as_cut_short()
    {
        File.WriteAllText(FilePath, JournalFile.Line(One) + JournalFile.Line(Two).Replace("db", "xy", StringComparison.Ordinal));

        Assert.Equal(256u, Assert.Single(Read(out string? torn).Identities).Id);
        Assert.StartsWith($"line 2 of state file {FilePath} does not have the checksum before it and is left out", torn, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void That_there_is_none_is_told_where_there_are_endpoints(bool empty)
    {
        if (empty)
            File.WriteAllText(FilePath, "");
        Read(out string? fresh);
        string endpoint = Path.Combine(_directory.FullName, "endpoints", "1.json");
        File.WriteAllText(endpoint, "{}");

        Assert.Empty(Read(out string? lost).Identities);

        Assert.Null(fresh);
        Assert.StartsWith($"state file {FilePath} is missing or empty, but there is {endpoint}", lost, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(40)]
    public void A_record_that_is_damaged_before_the_last_is_refused_and_named(int place)
    {
        JournalFile.Write(FilePath, One, Two);
        byte[] content = File.ReadAllBytes(FilePath);
        content[place] ^= 1;
        File.WriteAllBytes(FilePath, content);

        var error = Assert.Throws<StateException>(() => Read(out _));

        Assert.StartsWith($"state file {FilePath} is not valid (line 1 ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Of_records_that_contradict_each_other_the_later_holds()
    {
        const string sameNumber = """{"next":258,"identities":[{"id":256,"labels":["container:app=other"]}],"next-local":16777217}""";
        const string sameLabels = """{"next":301,"identities":[{"id":300,"labels":["container:app=other"]}],"next-local":16777217}""";
        JournalFile.Write(FilePath, One, sameNumber);
        Assert.Equal((256u, "container:app=other"), Assert.Single(Read(out _).Identities.Select(identity => (identity.Id, identity.Labels[0]))));

        JournalFile.Write(FilePath, One, sameNumber, sameLabels);
        Assert.Equal((300u, "container:app=other"), Assert.Single(Read(out _).Identities.Select(identity => (identity.Id, identity.Labels[0]))));
    }

    private StoredIdentities Read(out string? torn) => new StateStore(_directory.FullName).ReadIdentities(out torn);
}
