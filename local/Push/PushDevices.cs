using System.Collections.Concurrent;
using System.Text.Json;

namespace Byon.Local.Push;

/// <summary>A push as the device's app gets to see it.</summary>
/// <param name="Payload">Decrypted: the app's own members.</param>
public sealed record ReceivedPush(string RegistrationToken, JsonElement Payload, IReadOnlyDictionary<string, string> Headers)
{
    public string Text(string name) => Payload.GetProperty(name).GetString()!;
}

/// <summary>An error to answer with.</summary>
/// <param name="Code">FCM's errorCode or Apple's reason.</param>
public sealed record PushAnswer(int Status, string Code = "", string? RetryAfter = null);

/// <summary>The devices of all push services: who exists, what each has got, what the next request for each is answered.</summary>
internal sealed class PushDevices
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<PushAnswer>> _scripts = new();
    private readonly ConcurrentQueue<ReceivedPush> _received = new();
    private readonly ConcurrentQueue<string> _faults = new();

    public IReadOnlyList<ReceivedPush> Received => [.. _received];

    public IReadOnlyList<string> Faults => [.. _faults];

    public void Add(string registrationToken) => _scripts[registrationToken] = new ConcurrentQueue<PushAnswer>();

    public void Remove(string registrationToken) => _scripts.TryRemove(registrationToken, out _);

    public bool Exists(string registrationToken) => _scripts.ContainsKey(registrationToken);

    public void Script(string registrationToken, IEnumerable<PushAnswer> answers)
    {
        foreach (var answer in answers)
        {
            _scripts[registrationToken].Enqueue(answer);
        }
    }

    /// <summary>The answer that a test has ordered; null where the push is to be accepted.</summary>
    public PushAnswer? NextAnswer(string registrationToken, HttpResponse response)
    {
        if (!_scripts.TryGetValue(registrationToken, out var script) || !script.TryDequeue(out var answer))
        {
            return null;
        }

        response.Headers.RetryAfter = answer.RetryAfter;
        return answer;
    }

    public void Deliver(string registrationToken, JsonElement payload, HttpRequest request) => _received.Enqueue(
        new ReceivedPush(registrationToken, payload, request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString())));

    public void Refuse(string why) => _faults.Enqueue(why);
}
