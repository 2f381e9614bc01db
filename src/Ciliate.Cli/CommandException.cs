namespace Ciliate.Cli;

/// <summary>A command that cannot be done for a reason on our side of the API. One line that names the thing.</summary>
internal sealed class CommandException : Exception
{
    public CommandException(string message) : base(message) { }

    public CommandException(string message, Exception inner) : base(message, inner) { }
}
