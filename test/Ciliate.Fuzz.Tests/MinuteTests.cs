using System.Globalization;
using Ciliate.Testing;

namespace Ciliate.Fuzz.Tests;

/// <summary>Every target for a minute, two side by side. Nothing but a finding makes it fail, however far it comes. <c>CILIATE_SEED</c> starts the
/// search otherwise.</summary>
public sealed class MinuteTests(ITestOutputHelper output, MinuteTests.Searches searches) : IClassFixture<MinuteTests.Searches>
{
    private static readonly string[] s_targets = ["elf", "btf", "policy", "api"];

    public static TheoryData<string> Targets => [.. s_targets];

    [Theory, MemberData(nameof(Targets))]
    public async Task A_minute_of_search_finds_nothing(string target)
    {
        ProcessResult search = await searches.Of(target);

        output.WriteLine(search.Output);
        Assert.True(search.ExitCode == 0, search.Output + search.Errors);
        Assert.Contains(", no finding", search.Output, StringComparison.Ordinal);
    }

    /// <summary>All begun at once, two under way at any time.</summary>
    public sealed class Searches : IDisposable
    {
        private const int SideBySide = 2, Seconds = 60, DefaultSeed = 20260101;

        private readonly SemaphoreSlim _free = new(SideBySide);
        private readonly Dictionary<string, Task<ProcessResult>> _searches;

        public Searches() => _searches = s_targets.ToDictionary(target => target, target => Task.Run(() => SearchAsync(target)));

        public Task<ProcessResult> Of(string target) => _searches[target];

        public void Dispose()
        {
            Task.WhenAll(_searches.Values).ContinueWith(_ => { }, TaskScheduler.Default).Wait();
            _free.Dispose();
        }

        private async Task<ProcessResult> SearchAsync(string target)
        {
            await _free.WaitAsync();
            try
            {
                string seed = Environment.GetEnvironmentVariable("CILIATE_SEED") is { Length: > 0 } given ? given : Text(DefaultSeed);
                return FuzzProcess.Run("fuzz", target, Text(Seconds), seed);
            }
            finally
            {
                _free.Release();
            }
        }

        private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
