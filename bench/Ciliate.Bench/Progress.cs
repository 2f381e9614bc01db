namespace Ciliate.Bench;

/// <summary>What is going on, on stderr: one line that changes on a terminal, one line each elsewhere.</summary>
internal sealed class Progress
{
    private const string ClearLine = "\r\e[K";

    private readonly bool _terminal = !Console.IsErrorRedirected;

    public void Say(string what)
    {
        if (_terminal)
            Console.Error.Write(ClearLine + what);
        else
            Console.Error.WriteLine(what);
    }

    /// <summary>Leaves the terminal's line clean.</summary>
    public void End()
    {
        if (_terminal)
            Console.Error.Write(ClearLine);
    }
}
