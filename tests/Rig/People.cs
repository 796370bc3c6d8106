using Byon.Local.Up;

namespace Byon.Tests.Rig;

/// <summary>Everybody the registrar of the shared stack knows, and who of them may sign in to the page.</summary>
public static class People
{
    public const string Domain = "ims.example";
    public const string Nobody = "+34600000999";

    /// <summary>At the browser; her SIM phone has the same number.</summary>
    public static readonly KamailioSubscriber Ana = new("+34600000001", "ana", "ana-secret");

    /// <summary>At a second browser.</summary>
    public static readonly KamailioSubscriber Ben = new("+34600000002", "ben", "ben-secret");

    /// <summary>Has a phone only.</summary>
    public static readonly KamailioSubscriber Cleo = new("+34600000003", "cleo", "cleo-secret");

    /// <summary>Has a phone and lets it ring.</summary>
    public static readonly KamailioSubscriber Dora = new("+34600000004", "dora", "dora-secret", RingLimit: TimeSpan.FromSeconds(3));

    /// <summary>Takes no calls.</summary>
    public static readonly KamailioSubscriber Eva = new("+34600000005", "eva", "eva-secret", Refusal: (603, "Decline"));

    /// <summary>Was provisioned with a wrong password on our side.</summary>
    public static readonly KamailioSubscriber Finn = new("+34600000006", "finn", "finn-secret");

    public static readonly KamailioSubscriber[] Registrar = [Ana, Ben, Cleo, Dora, Eva, Finn];

    public static readonly LocalSubscriber[] SignedUp = [Provisioned(Ana, "Ana"), Provisioned(Ben, "Ben"), Provisioned(Finn, "Finn") with { Password = "something else" }];

    private static LocalSubscriber Provisioned(KamailioSubscriber one, string name) =>
        new(one.Number, $"sip:{one.Number}@{Domain}", $"{one.User}@{Domain}", one.Password, Name: name);
}
