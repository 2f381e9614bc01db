using Ciliate.Demo.Commands;
using Ciliate.Demo.Machine;
using Ciliate.Demo.Output;

namespace Ciliate.Demo.Story;

/// <summary>
/// The story: a web site, an api and a database on one host, and a client.
/// <code>
/// client ──▶ web:80        the site is there for clients
/// web, api ──▶ db:5984     the database serves both; later the api only
/// all else                 dropped where a policy selects one of the two
/// </code>
/// </summary>
internal sealed class Quickstart(DemoOptions options, World world, Narrator narrator)
{
    private const string EgressDenied = "policy denied egress";
    private const string IngressDenied = "policy denied ingress";

    public async Task RunAsync(CancellationToken cancellation)
    {
        narrator.Step("A host and four containers: five network namespaces");
        string host = world.AddNamespace("host");
        Container web = AddContainer("web", 80), api = AddContainer("api", 8080), db = AddContainer("db", 5984), client = AddContainer("client", 0);
        Container[] all = [web, api, db, client];
        narrator.Say(string.Join("  ", all.Select(container => container.NamespacePath).Prepend(host)));

        narrator.Step("The agent starts on the host");
        var agent = new AgentProcess(world, host);
        var ciliate = new CiliateCommand(options.ClientBinary, agent.Socket, host, narrator);
        await agent.StartAsync(options.AgentBinary, ciliate, narrator, cancellation);

        narrator.Step("It connects the containers");
        await ConnectAsync(all, ciliate, cancellation);

        narrator.Step("A real HTTP server in web, api and db");
        var content = new Content(world);
        await Task.WhenAll(all.Where(one => one.Port != 0).Select(one => one.ServeAsync(world, content.Directory, cancellation)));
        narrator.Say("busybox httpd, IPv4 and IPv6");

        narrator.Step("Policies say who may talk to whom");
        await ciliate.RunAsync(cancellation, "policy", "apply", "-f", Path.Combine(options.Policies, "policies"));

        narrator.Step("What passes and what does not");
        await new Reachability(ciliate, narrator).ShowAsync(
        [
            new("client", client.NamespacePath, web, null),
            new("client", client.NamespacePath, api, EgressDenied),
            new("client", client.NamespacePath, db, EgressDenied),
            new("api", api.NamespacePath, db, null),
            new("api", api.NamespacePath, web, IngressDenied),
            new("web", web.NamespacePath, db, null),
            new("web", web.NamespacePath, api, null),
            new("db", db.NamespacePath, web, IngressDenied),
            new("host", host, db, null),
        ], cancellation);

        narrator.Step("The policy of db changes while api downloads from it and web reads a stream");
        await new PolicyChange(world, ciliate, narrator).ShowAsync(
            api, web, db, content, Path.Combine(options.Policies, "changed", "db.yaml"), cancellation);

        narrator.Step("How it stands");
        await ciliate.RunAsync(cancellation, "status");

        narrator.Step("All of it goes");
        await TakeDownAsync(all, agent, ciliate, cancellation);
    }

    private Container AddContainer(string name, int port) => new(name, port, world.AddNamespace(name));

    private static async Task ConnectAsync(Container[] containers, CiliateCommand ciliate, CancellationToken cancellation)
    {
        foreach (Container container in containers)
        {
            await ciliate.RunAsync(
                cancellation, "endpoint", "add", container.Name, "--netns", container.NamespacePath, "--label", "app=" + container.Name);
            await container.LearnAddressesAsync(ciliate, cancellation);
        }

        await ciliate.RunAsync(cancellation, "endpoint", "list");
    }

    private static async Task TakeDownAsync(Container[] containers, AgentProcess agent, CiliateCommand ciliate, CancellationToken cancellation)
    {
        foreach (Container container in containers)
        {
            await ciliate.RunAsync(cancellation, "endpoint", "delete", container.Name);
        }

        await agent.StopAsync();
    }
}
