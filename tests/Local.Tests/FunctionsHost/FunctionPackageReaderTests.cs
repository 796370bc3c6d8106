using Byon.Local.FunctionsHost;

namespace Byon.Tests.Local.Tests.FunctionsHost;

public sealed class FunctionPackageReaderTests : IDisposable
{
    private readonly TestPackage _package = new();

    public void Dispose() => _package.Dispose();

    [Fact]
    public void APackageIsReadAsItIs()
    {
        var package = FunctionPackageReader.Read(_package.Root);
        Assert.Equal(("", "node", true), (package.Host.RoutePrefix, package.Host.Executable, package.Host.ProxiesHttp));
        var function = Assert.IsType<HttpFunction>(Assert.Single(package.Functions));
        Assert.Equal(("echo", "echo/{*path}"), (function.Name, function.Route));
        Assert.Equal(["GET", "POST", "OPTIONS"], function.Methods);
    }

    [Theory]
    [InlineData("host.json", "{", "host.json")]
    [InlineData("host.json", """{"version":"1.0"}""", "version")]
    [InlineData("host.json", """{"version":"2.0"}""", "customHandler is missing")]
    [InlineData("host.json", """{"version":"2.0","customHandler":{}}""", "description is missing")]
    [InlineData("host.json", """{"version":"2.0","customHandler":{"description":{}}}""", "defaultExecutablePath is missing")]
    [InlineData("host.json", """{"version":"2.0","customHandler":{"http":{"routes":[]},"description":{"defaultExecutablePath":"x"}}}""", "customHandler.http.routes")]
    [InlineData("host.json", """{"version":"2.0","customHandler":{"description":{"defaultExecutablePath":"x"}}}""", "enableProxyingHttpRequest")]
    [InlineData("bad/function.json", "[]", "bad/function.json")]
    [InlineData("bad/function.json", """{"bindings":[]}""", "exactly one trigger")]
    [InlineData("bad/function.json", """{"bindings":[{"type":"blobTrigger"}]}""", "blobTrigger is not known")]
    [InlineData("bad/function.json", """{"bindings":[{"type":"queueTrigger"}]}""", "queueName is missing")]
    [InlineData("bad/function.json", """{"bindings":[{"type":"serviceBusTrigger","queueName":"q"}]}""", "serviceBusTrigger is not known")]
    [InlineData("bad/function.json", """{"bindings":[{"type":"timerTrigger","schedule":"* * * * *"}]}""", "NCRONTAB")]
    [InlineData("bad/function.json", """{"bindings":[{"type":"httpTrigger","authLevel":"anonymous","route":"{*path}"},{"type":"http","direction":"out"}]}""", "anybody")]
    [InlineData("bad/function.json", """{"bindings":[{"type":"httpTrigger","authLevel":"function"},{"type":"http","direction":"out"}]}""", "authLevel")]
    [InlineData("bad/function.json", """{"bindings":[{"type":"httpTrigger","authLevel":"anonymous"}]}""", "exactly one httpTrigger and one http")]
    public void WhatCannotRunIsNamed(string file, string content, string named)
    {
        _package.Write(file, content);
        var failure = Assert.Throws<InvalidDataException>(() => FunctionPackageReader.Read(_package.Root));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(file), failure.Message, StringComparison.Ordinal);
    }
}
