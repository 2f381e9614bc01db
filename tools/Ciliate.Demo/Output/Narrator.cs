using System.Diagnostics;
using System.Globalization;

namespace Ciliate.Demo.Output;

/// <summary>Tells what happens: steps with the time since the start, commands as one would type them, what they print. Colours only on a terminal.</summary>
internal sealed class Narrator(TextWriter output, bool colours)
{
    private const string Indent = "        ";
    private readonly long _start = Stopwatch.GetTimestamp();

    public static Narrator OfConsole() =>
        new(Console.Out, !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public void Step(string text)
    {
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,5:0.0} s {Bold(text)}"));
    }

    public void Command(string text) => output.WriteLine($"{Indent}{Paint("36", "$ " + text)}");

    public void Say(string text) => output.WriteLine(Indent + text);

    public void Good(string text) => output.WriteLine($"{Indent}{Paint("32", "ok")}  {text}");

    /// <summary>Lines that a program printed.</summary>
    public void Quote(string text)
    {
        foreach (string line in text.TrimEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            output.WriteLine(Indent + "  " + line);
        }
    }

    /// <param name="good">Per row, whether it is as expected.</param>
    public void Table(TextTable table, IReadOnlyList<bool> good)
    {
        IReadOnlyList<string> lines = table.Lines();
        output.WriteLine(Indent + Bold(lines[0]));
        for (int i = 0; i < good.Count; i++)
        {
            output.WriteLine(Indent + (good[i] ? lines[i + 1] : Paint("31", lines[i + 1])));
        }
    }

    private string Bold(string text) => Paint("1", text);

    private string Paint(string code, string text) => colours ? $"\e[{code}m{text}\e[0m" : text;
}
