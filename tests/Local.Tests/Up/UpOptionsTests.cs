using Byon.Local.Up;

namespace Byon.Tests.Local.Tests.Up;

public sealed class UpOptionsTests
{
    [Fact]
    public void Without_arguments_one_node_and_the_simulator_start()
    {
        var (options, problem) = UpOptions.Parse([]);

        Assert.Null(problem);
        Assert.Equal(1, options!.Nodes);
        Assert.Null(options.Ims);
        Assert.Equal(new LocalPorts(), options.Ports);
        Assert.Equal(3, options.Subscribers.Count);
    }

    [Fact]
    public void Every_port_of_the_port_list_moves_with_the_option_it_names()
    {
        foreach (var use in new LocalPorts().Uses(nodes: 1, withSimulator: true))
        {
            var (options, problem) = UpOptions.Parse([use.Option, "4321"]);

            Assert.Null(problem);
            Assert.NotEqual(new LocalPorts(), options!.Ports);
            Assert.Contains(options.Ports.Uses(1, true), moved => moved.Option == use.Option && moved.Port is 4321 or 4322);
        }
    }

    [Theory]
    [InlineData("--nodes", "0")]
    [InlineData("--nodes", "9")]
    [InlineData("--nodes", "two")]
    [InlineData("--ims", "127.0.0.1:5060")]
    [InlineData("--port-page", "65536")]
    [InlineData("--port-page", "-1")]
    public void A_value_that_cannot_be_used_is_named_with_its_option(string option, string value)
    {
        var (options, problem) = UpOptions.Parse([option, value]);

        Assert.Null(options);
        Assert.Contains(option, problem, StringComparison.Ordinal);
        Assert.Contains(value, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--port-pages", "1")]
    [InlineData("up")]
    public void An_unknown_option_is_named(params string[] arguments)
    {
        var (options, problem) = UpOptions.Parse(arguments);

        Assert.Null(options);
        Assert.Contains($"'{arguments[0]}'", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_without_its_value_is_named()
    {
        Assert.Contains("--nodes needs a value", UpOptions.Parse(["--nodes"]).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_real_registrar_needs_subscribers()
    {
        Assert.Contains("--subscribers", UpOptions.Parse(["--ims", "sip:127.0.0.1:5070"]).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Subscribers_without_a_real_registrar_are_refused()
    {
        Assert.Contains("--ims", UpOptions.Parse(["--subscribers", "people.json"]).Problem, StringComparison.Ordinal);
    }
}
