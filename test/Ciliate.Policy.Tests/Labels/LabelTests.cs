namespace Ciliate.Policy.Tests.Labels;

public sealed class LabelTests
{
    [Theory]
    [InlineData("app=web", "container", "app", "web")]
    [InlineData("app", "container", "app", "")]
    [InlineData("app=", "container", "app", "")]
    [InlineData("k8s:app=web", "k8s", "app", "web")]
    [InlineData("container:app=web", "container", "app", "web")]
    [InlineData("reserved:host", "reserved", "host", "")]
    [InlineData("io.kubernetes.pod/name=a_b-c.1", "container", "io.kubernetes.pod/name", "a_b-c.1")]
    public void A_label_is_a_source_a_key_and_a_value(string text, string source, string key, string value) =>
        Assert.Equal(new Label(source, key, value), Label.Parse(text));

    [Fact]
    public void A_label_without_a_source_gets_the_one_that_the_caller_names() =>
        Assert.Equal("k8s:app=web", Label.Parse("app=web", LabelSources.Kubernetes).ToString());

    [Theory]
    [InlineData("app=web")]
    [InlineData("k8s:app")]
    [InlineData("reserved:host")]
    public void A_label_written_out_reads_back_as_itself(string text)
    {
        var label = Label.Parse(text);
        Assert.Equal(label, Label.Parse(label.ToString()));
    }

    [Theory]
    [InlineData("", "label \"\": the key is empty")]
    [InlineData("=web", "label \"=web\": the key is empty")]
    [InlineData("k8s:=web", "label \"k8s:=web\": the key is empty")]
    [InlineData("my app=web", "label \"my app=web\": the key has a space")]
    [InlineData("app=my web", "label \"app=my web\": the value has a space")]
    [InlineData("app= web", "label \"app= web\": the value has a space")]
    [InlineData("app=a=b", "label \"app=a=b\": the value has the character \"=\"")]
    [InlineData("app=wéb", "label \"app=wéb\": the value has the character \"é\"")]
    [InlineData("app=w\nb", "label \"app=w\\u000ab\": the value has the character \"\\u000a\"")]
    [InlineData("a\"b=c", "label \"a\\\"b=c\": the key has the character \"\\\"\"")]
    [InlineData("-app=web", "label \"-app=web\": the key must start and end with a letter or digit")]
    [InlineData("app=web-", "label \"app=web-\": the value must start and end with a letter or digit")]
    [InlineData("a/b/c=web", "label \"a/b/c=web\": the key has more than one slash")]
    [InlineData("any:app=web", "label \"any:app=web\": the source \"any\" is for selectors only")]
    [InlineData("app:web", "label \"app:web\": unknown source \"app\", expected container, k8s, reserved")]
    public void A_malformed_label_is_refused_by_name(string text, string message) =>
        Assert.Equal(message, Assert.Throws<LabelException>(() => Label.Parse(text)).Message);

    [Fact]
    public void A_value_of_63_characters_is_the_longest()
    {
        Assert.Equal(63, Label.Parse("app=" + new string('a', 63)).Value.Length);
        var error = Assert.Throws<LabelException>(() => Label.Parse("app=" + new string('a', 64)));
        Assert.EndsWith(": the value is 64 characters long, the most is 63", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_317_characters_is_the_longest_and_the_message_stays_short()
    {
        Assert.Equal(317, Label.Parse(new string('a', 317)).Key.Length);
        var error = Assert.Throws<LabelException>(() => Label.Parse(new string('a', 318)));
        Assert.EndsWith("…\": the key is 318 characters long, the most is 317", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 160);
    }
}
