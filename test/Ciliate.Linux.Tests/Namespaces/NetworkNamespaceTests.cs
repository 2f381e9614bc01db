using Ciliate.Testing;
using Xunit;

namespace Ciliate.Linux.Tests.Namespaces;

public sealed class NetworkNamespaceTests
{
    [Fact]
    public void A_named_namespace_is_seen_by_ip_netns_and_gone_after_delete()
    {
        using var test = new TestNamespace();
        Assert.Contains(test.Name, TestProcess.Run(null, "ip", "netns", "list").Output, StringComparison.Ordinal);

        NetworkNamespace.Delete(test.Name);

        Assert.False(File.Exists(test.Path));
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => NetworkNamespace.Delete(test.Name)).Errno);
    }

    [Fact]
    public void A_namespace_that_ip_made_can_be_opened_and_deleted()
    {
        string name = $"ciliate-test-{Environment.ProcessId}-byip";
        Assert.Equal(0, TestProcess.Run(null, "ip", "netns", "add", name).ExitCode);
        using (var opened = NetworkNamespace.Open($"/run/netns/{name}"))
        {
            Assert.Equal(["lo"], opened.Run(LinkNames));
        }

        NetworkNamespace.Delete(name);
        Assert.DoesNotContain(name, TestProcess.Run(null, "ip", "netns", "list").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_taken_is_refused_and_keeps_its_namespace()
    {
        using var test = new TestNamespace();

        var error = Assert.Throws<LinuxException>(() => NetworkNamespace.CreateNamed(test.Name));

        Assert.Equal($"create network namespace {test.Path}: File exists (EEXIST)", error.Message);
        using var still = NetworkNamespace.Open(test.Path);
        Assert.True(still.IsSameAs(test.Namespace));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    public void A_name_that_is_no_file_name_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => NetworkNamespace.CreateNamed(name));

    [Fact]
    public void A_thread_that_enters_is_inside_until_its_visit_ends()
    {
        using NetworkNamespace before = NetworkNamespace.OpenCurrent();
        using NetworkNamespace made = NetworkNamespace.CreateUnnamed();

        using (made.Enter())
        {
            Assert.Equal(made.Inode, CurrentInode());
        }

        Assert.Equal(before.Inode, CurrentInode());
        Assert.Equal((made.Inode, before.Inode), made.Run(() =>
        {
            using (made.Enter())
            using (before.Enter())
            {
                ulong elsewhere = CurrentInode();
                using (made.Enter())
                {
                    return (CurrentInode(), elsewhere);
                }
            }
        }));
    }

    [Fact]
    public void Work_runs_inside_and_the_callers_thread_stays_where_it_is()
    {
        using NetworkNamespace before = NetworkNamespace.OpenCurrent();
        using NetworkNamespace made = NetworkNamespace.CreateUnnamed();

        Assert.Equal(made.Inode, made.Run(CurrentInode));
        Assert.Equal(before.Inode, CurrentInode());
        Assert.NotEqual(before.Inode, made.Inode);
        Assert.False(before.IsSameAs(made));
    }

    [Fact]
    public async Task No_pool_thread_is_left_in_a_foreign_namespace()
    {
        using NetworkNamespace home = NetworkNamespace.OpenCurrent();
        using NetworkNamespace made = NetworkNamespace.CreateUnnamed();
        ulong[] insides = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => made.Run(CurrentInode))));
        ulong[] outsides = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(CurrentInode)));

        Assert.All(insides, inode => Assert.Equal(made.Inode, inode));
        Assert.All(outsides, inode => Assert.Equal(home.Inode, inode));
    }

    [Fact]
    public void What_the_work_throws_reaches_the_caller()
    {
        using NetworkNamespace made = NetworkNamespace.CreateUnnamed();
        var error = Assert.Throws<InvalidOperationException>(() => made.Run(() => throw new InvalidOperationException("inside")));
        Assert.Equal("inside", error.Message);
    }

    [Fact]
    public void Cookies_are_stable_and_differ_between_namespaces()
    {
        using var one = new TestNamespace();
        using NetworkNamespace again = NetworkNamespace.Open(one.Path);
        using NetworkNamespace other = NetworkNamespace.CreateUnnamed();

        Assert.NotEqual(0UL, one.Namespace.Cookie);
        Assert.Equal(one.Namespace.Cookie, again.Cookie);
        Assert.NotEqual(one.Namespace.Cookie, other.Cookie);
    }

    [Fact]
    public void An_open_namespace_outlives_its_name()
    {
        using var test = new TestNamespace();
        NetworkNamespace.Delete(test.Name);

        Assert.Equal(["lo"], test.Run(LinkNames));
    }

    [Fact]
    public void The_namespace_of_a_process_is_opened_by_its_id_and_outlives_it()
    {
        using var test = new TestNamespace();
        using TestProcess process = test.Start("sleep", "60");
        using NetworkNamespace opened = NetworkNamespace.OpenProcess(process.Id);
        process.Kill();

        Assert.True(opened.IsSameAs(test.Namespace));
        Assert.Equal(test.Namespace.Inode, opened.Run(CurrentInode));
        var error = Assert.Throws<LinuxException>(() => NetworkNamespace.OpenProcess(process.Id));
        Assert.Equal($"open network namespace of process {process.Id}: No such process (ESRCH)", error.Message);
    }

    private static ulong CurrentInode()
    {
        using NetworkNamespace current = NetworkNamespace.OpenCurrent();
        return current.Inode;
    }

    private static string[] LinkNames()
    {
        using var route = Ciliate.Netlink.RouteNetlink.OpenCurrent();
        return [.. route.ListLinks().Select(link => link.Name)];
    }
}
