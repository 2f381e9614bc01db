using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Ciliate.Cli.Tests;

public sealed class YamlTextTests
{
    [Theory]
    [InlineData("web")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("True")]
    [InlineData("no")]
    [InlineData("12")]
    [InlineData("1e3")]
    [InlineData(".5")]
    [InlineData("-7")]
    [InlineData("0x1F")]
    [InlineData("12:30:45")]
    [InlineData("2026-01-31")]
    [InlineData("fd00:101::3")]
    [InlineData("::1")]
    [InlineData("0a:c1:00:00:00:03")]
    [InlineData("a: b")]
    [InlineData("# no comment")]
    [InlineData("- item")]
    [InlineData("{x}")]
    [InlineData("'quoted' \"twice\"")]
    [InlineData(" space around ")]
    [InlineData("two\nlines\n")]
    [InlineData("two\nlines")]
    [InlineData("two\nlines\n\n")]
    [InlineData("\n")]
    [InlineData("  indented\n first\n")]
    [InlineData("tab\tand \u0007 bell")]
    [InlineData("umlaut ä and 😀")]
    public void Text_comes_back_as_the_same_text(string text)
    {
        YamlScalarNode node = Assert.IsType<YamlScalarNode>(RoundTrip(JsonSerializer.Serialize(new[] { text }))[0]);
        Assert.Equal(text, node.Value);
        bool looksLikeOther = text is "" or "\n" or "null" or "True" or "no" or "12" or "1e3" or ".5" or "-7" or "0x1F" or "12:30:45" or "2026-01-31";
        Assert.True(!looksLikeOther || node.Style == ScalarStyle.DoubleQuoted);
    }

    [Fact]
    public void What_is_no_text_stays_plain()
    {
        Assert.All(
            RoundTrip("[1, -2.5, true, false, null]"), node => Assert.Equal(ScalarStyle.Plain, Assert.IsType<YamlScalarNode>(node).Style));
    }

    [Fact]
    public void Lists_and_objects_are_blocks_and_empty_ones_are_short()
    {
        Assert.Equal("a:\n- x\n- b: 1\nc: []\nd: {}\n", Write("""{"a":["x",{"b":1}],"c":[],"d":{}}"""));
    }

    private static YamlSequenceNode RoundTrip(string json)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(Write(json)));
        return Assert.IsType<YamlSequenceNode>(stream.Documents[0].RootNode);
    }

    private static string Write(string json)
    {
        var writer = new StringWriter { NewLine = "\n" };
        using var document = JsonDocument.Parse(json);
        YamlText.Write(document.RootElement, writer);
        return writer.ToString();
    }
}
