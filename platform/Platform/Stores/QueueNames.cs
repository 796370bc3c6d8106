namespace Byon.Platform.Stores;

/// <summary>Names of every queue, in one place for programs, infrastructure and tests.</summary>
public static class QueueNames
{
    /// <summary>Devices whose readers have something to be told: see <see cref="Events.DeliveryQueue"/>.</summary>
    public const string Deliveries = "deliveries";

    /// <summary>Where the Functions host puts what its function refused too often.</summary>
    public const string DeliveriesPoison = Deliveries + "-poison";

    public static IReadOnlyList<string> All { get; } = [Deliveries, DeliveriesPoison];
}
