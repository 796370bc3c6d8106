namespace Byon.Tests.Platform.Tests.AzureSdk;

/// <summary>
/// A transport that does what the test says with each request: answer itself, send it on, or send it on and lose the answer.
/// Stands for what no emulator does.
/// </summary>
internal sealed class ScriptedHandler : DelegatingHandler
{
    private readonly Func<HttpRequestMessage, int, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> _script;
    private int _requests;

    /// <param name="script">Gets the request, its number from 1, and how to send it on.</param>
    public ScriptedHandler(Func<HttpRequestMessage, int, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> script)
        : base(new SocketsHttpHandler()) => _script = script;

    public int Requests => _requests;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _script(request, Interlocked.Increment(ref _requests), () => base.SendAsync(request, cancellationToken)).WaitAsync(cancellationToken);

    /// <summary>Sends the request on and drops the answer, as a broken connection does.</summary>
    public static async Task<HttpResponseMessage> LoseAnswerAsync(Func<Task<HttpResponseMessage>> send)
    {
        using var lost = await send();
        throw new HttpRequestException("The connection broke after the request.");
    }
}
