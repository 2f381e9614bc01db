using Xunit;

namespace Ciliate.Linux.Tests.Errors;

public sealed class LinuxExceptionTests
{
    [Fact]
    public void The_message_is_one_line_with_the_thing_the_text_and_the_name() =>
        Assert.Equal(
            "open /run/netns/x: No such file or directory (ENOENT)",
            new LinuxException("open /run/netns/x", Errno.ENOENT).Message);

    [Fact]
    public void Advice_stands_at_the_end() =>
        Assert.Equal("do it: Invalid argument (EINVAL): not so", new LinuxException("do it", Errno.EINVAL, "not so").Message);

    [Theory]
    [InlineData(1, "EPERM")]
    [InlineData(40, "ELOOP")]
    [InlineData(41, "errno 41")]
    [InlineData(42, "ENOMSG")]
    [InlineData(58, "errno 58")]
    [InlineData(71, "EPROTO")]
    [InlineData(95, "EOPNOTSUPP")]
    [InlineData(105, "ENOBUFS")]
    [InlineData(133, "EHWPOISON")]
    [InlineData(134, "errno 134")]
    [InlineData(524, "ENOTSUPP")]
    [InlineData(0, "errno 0")]
    [InlineData(-5, "errno -5")]
    public void Numbers_have_the_names_of_errno_h(int errno, string name) => Assert.Equal(name, Errno.Name(errno));
}
