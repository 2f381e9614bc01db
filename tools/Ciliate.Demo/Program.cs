using System.Runtime.InteropServices;
using Ciliate.Demo;
using Ciliate.Demo.Machine;
using Ciliate.Demo.Output;
using Ciliate.Demo.Story;

using var interrupted = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
try
{
    DemoOptions options = DemoOptions.Parse(args);
    Narrator narrator = Narrator.OfConsole();
    var world = new World();
    bool told = false;
    try
    {
        await new Quickstart(options, world, narrator).RunAsync(interrupted.Token);
        told = true;
    }
    catch (Exception error) when (!interrupted.IsCancellationRequested && error is not DemoException)
    {
        throw new DemoException(error.Message);
    }
    finally
    {
        await world.DisposeAsync();
        foreach (string thing in world.Remains())
        {
            Console.Error.WriteLine($"demo: left behind: {thing}");
            told = false;
        }
    }

    if (!told)
    {
        return 1;
    }

    narrator.Good("no namespace, link, mount, process or file is left; the machine's own network is as it was");
    return 0;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("demo: interrupted; everything it made has been taken down");
    return 1;
}
catch (DemoException error)
{
    Console.Error.WriteLine($"demo: {error.Message}");
    return 1;
}

void Interrupt(PosixSignalContext context)
{
    context.Cancel = true;
    interrupted.Cancel();
}
