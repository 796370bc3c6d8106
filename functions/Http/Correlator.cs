using System.Text.RegularExpressions;

namespace Byon.Functions.Http;

/// <summary>The x-correlator of CAMARA: taken from the request or made up, and on every response, whatever happens.</summary>
internal static partial class Correlator
{
    public const string HeaderName = "x-correlator";

    public static async Task EchoAsync(HttpContext context, RequestDelegate next)
    {
        var given = context.Request.Headers[HeaderName];
        var isGiven = given.Count > 0;
        var isValid = given.Count == 1 && Pattern().IsMatch(given[0]!);
        var correlator = isValid && given[0]!.Length > 0 ? given[0]! : Guid.NewGuid().ToString("D");
        context.TraceIdentifier = correlator;
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[HeaderName] = correlator;
            return Task.CompletedTask;
        });
        if (isGiven && !isValid)
        {
            await Problems.InvalidArgument($"The header {HeaderName} does not match {PatternText}.").ExecuteAsync(context);
            return;
        }

        await next(context);
    }

    public const string PatternText = @"^[a-zA-Z0-9-_:;.\/<>{}]{0,256}$";

    [GeneratedRegex(@"^[a-zA-Z0-9\-_:;./<>{}]{0,256}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
