using System.Globalization;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Local.Ims;

/// <summary>The location table and the REGISTER requests that fill it (RFC 3261 §10.3, RFC 3608, RFC 7315 §4.1).</summary>
internal sealed class ImsRegistrar(ImsSimulatorOptions options, DigestGate gate, EntropySource entropy)
{
    private const uint LongestLifetime = 3600;
    private const int MostContacts = 16;

    private readonly Dictionary<string, List<ImsBinding>> _bindings = [];
    private readonly HashSet<string> _numbers = [.. options.Subscribers.Select(s => s.Number)];

    public bool IsSubscriber(string number) => _numbers.Contains(number);

    public IReadOnlyList<ImsBinding> BindingsOf(Instant now, string number)
    {
        if (!_bindings.TryGetValue(number, out var bindings)) return [];
        bindings.RemoveAll(b => b.ExpiresAt <= now);
        return [.. bindings];
    }

    public SipResponse Register(Instant now, SipRequest register, SipFlow source)
    {
        if (gate.Check(now, register, "Authorization", out var isStale) is not { } subscriber)
        {
            var challenge = Reply(register, 401);
            gate.Challenge(now, challenge, isStale);
            return challenge;
        }

        if (register.To.Uri.TelephoneNumber != subscriber.Number) return Reply(register, 403);
        if (!TryUpdate(now, register, source, subscriber.Number)) return Reply(register, 400);
        var accepted = Reply(register, 200);
        foreach (var binding in BindingsOf(now, subscriber.Number)) accepted.Headers.Add("Contact", Describe(now, binding));
        accepted.Headers.Add("Service-Route", $"<sip:orig@{options.Address};lr>");
        accepted.Headers.Add("P-Associated-URI", $"<sip:{subscriber.Number}@{options.Domain}>, <tel:{subscriber.Number}>");
        return accepted;
    }

    private bool TryUpdate(Instant now, SipRequest register, SipFlow source, string number)
    {
        if (!_bindings.TryGetValue(number, out var bindings)) _bindings.Add(number, bindings = []);
        var values = register.Headers.Values("Contact");
        if (values is ["*"])
        {
            if (register.Number("Expires") != 0) return false;
            bindings.Clear();
            return true;
        }

        foreach (var value in values)
        {
            if (!NameAddress.TryParse(value, out var contact) || !contact.Uri.TryGetEndPoint(out _)) return false;
            var instance = contact.Parameters["+sip.instance"];
            bindings.RemoveAll(b => b.Contact.NamesSameContact(contact.Uri) || (instance is not null && b.Instance == instance));
            var expires = Math.Min(ExpiresOf(contact) ?? register.Number("Expires") ?? LongestLifetime, LongestLifetime);
            if (expires > 0 && bindings.Count < MostContacts)
            {
                bindings.Add(new ImsBinding(contact.Uri, instance, source, now + TimeSpan.FromSeconds(expires)));
            }
        }

        return true;
    }

    private static uint? ExpiresOf(NameAddress contact) =>
        uint.TryParse(contact.Parameters["expires"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;

    private static string Describe(Instant now, ImsBinding binding)
    {
        var instance = binding.Instance is null ? "" : $";+sip.instance=\"{binding.Instance}\"";
        return string.Create(CultureInfo.InvariantCulture, $"<{binding.Contact}>{instance};expires={Math.Ceiling((binding.ExpiresAt - now).TotalSeconds)}");
    }

    private SipResponse Reply(SipRequest request, int status) => SipResponse.For(request, status, entropy.NextToken(6));
}
