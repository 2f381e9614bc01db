namespace Ciliate.Bench;

/// <summary>What is going on, on stderr: on a terminal one line that changes, elsewhere a line for each stage.</summary>
internal sealed class Progress
{
    private const string ClearLine = "\r\e[K";

    private readonly bool _terminal = !Console.IsErrorRedirected;
    private string _stage = "";

    public void Say(string stage, string detail = "")
    {
        if (_terminal)
            Console.Error.Write($"{ClearLine}{stage} {detail}");
        else if (stage != _stage)
            Console.Error.WriteLine(stage);
        _stage = stage;
    }

    /// <summary>Leaves the terminal's line clean.</summary>
    public void End()
    {
        if (_terminal)
            Console.Error.Write(ClearLine);
    }
}
