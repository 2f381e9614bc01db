using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Logging;

/// <summary>One line per message on stderr; time and process are added by whoever collects it. What the web server itself says counts from
/// warnings on.</summary>
public sealed class StandardErrorLogger(LogLevel least) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) =>
        new Category(categoryName.StartsWith("Microsoft.", StringComparison.Ordinal) && least < LogLevel.Warning ? LogLevel.Warning : least);

    public void Dispose()
    {
    }

    private sealed class Category(LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            string line = $"{Word(logLevel)}: {formatter(state, exception)}";
            // A stack trace is for errors nobody foresaw; it follows on lines of its own.
            Console.Error.WriteLine(exception is null ? line : $"{line}\n{exception}");
        }

        private static string Word(LogLevel level) => level switch
        {
            LogLevel.Trace or LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            _ => "error",
        };
    }
}
