using System.Diagnostics;
using System.Text.Json;
using Byon.MediaNode.Core.Calls;
using Byon.Tests.TestKit;

namespace Byon.Tests.Local.Tests.Softphone;

/// <summary>What the page says in words, run with Node.js: words.js needs no browser.</summary>
public sealed class PageWordsTests
{
    [Theory]
    [InlineData("+34 999 000 001", "+34999000001")]
    [InlineData("0034-999-000-001", "+34999000001")]
    [InlineData("(+34) 999.000/001", "+34999000001")]
    [InlineData("999000001", null)]
    [InlineData("+034999", null)]
    [InlineData("+1234567890123456", null)]
    [InlineData("<script>", null)]
    public async Task A_typed_number_becomes_E164_or_nothing(string typed, string? expected) =>
        Assert.Equal(expected, await EvaluateAsync<string?>($"words.parseNumber({Json(typed)})"));

    [Theory]
    [InlineData("tel:+34600111222", "+34600111222")]
    [InlineData("sip:+34600111222@ims.example;user=phone", "+34600111222")]
    [InlineData("sip:anonymous@anonymous.invalid", null)]
    public async Task An_address_is_shown_as_a_number(string address, string? expected) =>
        Assert.Equal(expected, await EvaluateAsync<string?>($"words.numberOf({Json(address)})"));

    [Fact]
    public async Task Every_ending_of_a_call_has_words_of_its_own()
    {
        var rejections = Enumerable.Range(300, 400).SelectMany(status => (bool[])[true, false], (status, alerted) => CallEnd.Rejected(status, "", alerted));
        CallEnd[] others =
        [
            CallEnd.HungUpHere, CallEnd.CancelledHere, CallEnd.DeclinedHere, CallEnd.NotAnswered, CallEnd.RegistrationExpired,
            CallEnd.RegistrationRemoved, CallEnd.RegistrationLost, CallEnd.NodeDraining, CallEnd.NodeLost, CallEnd.StorageUnavailable,
            CallEnd.InternalError, CallEnd.BrowserLost(answered: true), CallEnd.DtlsFailed("x"), CallEnd.UnusableSdp(null),
        ];
        string[] reasons = [.. rejections.Concat(others).Select(end => end.Reason).Distinct()];

        var said = await EvaluateAsync<string[]>(
            $"{JsonSerializer.Serialize(reasons)}.map(reason => words.endingWords({{ status: 'Terminated', ending: {{ reason }} }}))");

        foreach (var (reason, words) in reasons.Zip(said))
        {
            Assert.True(words != "The call has ended", $"The page has no words for {reason}.");
        }
    }

    [Fact]
    public async Task An_error_is_said_in_words_with_its_code_in_small_print()
    {
        var said = await EvaluateAsync<Dictionary<string, string>>(
            "words.errorWords({ status: 503, code: 'UNAVAILABLE', message: 'Service Unavailable. Storage cannot be reached.' }, 'The call')");

        Assert.Equal("The call did not work.", said["title"]);
        Assert.Equal("Storage cannot be reached. Try again in a few seconds.", said["text"]);
        Assert.Equal("503 UNAVAILABLE", said["detail"]);
    }

    [Fact]
    public async Task An_unknown_error_still_has_words()
    {
        var said = await EvaluateAsync<Dictionary<string, string>>("words.errorWords({ status: 418, message: '' }, 'The call')");

        Assert.Equal("Something unexpected happened.", said["text"]);
    }

    private static string Json(string text) => JsonSerializer.Serialize(text);

    private static async Task<T> EvaluateAsync<T>(string expression)
    {
        var words = Path.Combine(RepositoryRoot.Path, "local", "Softphone", "page", "words.js");
        // As a data: URL, because the folder has no package.json that would call its files modules.
        var script = $$"""
            const source = (await import('node:fs')).readFileSync({{Json(words)}});
            const words = await import('data:text/javascript;base64,' + source.toString('base64'));
            console.log(JSON.stringify({{expression}} ?? null));
            """;
        var start = new ProcessStartInfo("node", ["--input-type=module", "-e", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var node = Process.Start(start)!;
        var output = node.StandardOutput.ReadToEndAsync();
        var errors = await node.StandardError.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, errors);
        return JsonSerializer.Deserialize<T>(await output)!;
    }
}
